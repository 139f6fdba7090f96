# Why a job ended without a video: on its card. What became of the credits stands in its second line.

## The relay, by kind of failure

failure-moderation = { GIVEN($reason) ->
    [yes] The relay’s safety rules turned this request down (“{ $reason }”).
   *[no] The relay’s safety rules turned this request down.
} Change the prompt or the image and ask again.
failure-invalid-request = { GIVEN($reason) ->
    [yes] The relay cannot work with this request (“{ $reason }”).
   *[no] The relay cannot work with this request.
} Change the options, the image or the model and ask again.
failure-auth = The relay does not accept the bot’s key. That is not your doing; whoever runs the bot has to mend it.
failure-quota = The bot’s account at the relay is used up. That is not your doing; whoever runs the bot has to mend it.
failure-not-found = The relay’s address is not right. That is not your doing; whoever runs the bot has to mend it.
failure-model-unavailable = The relay does not offer this model now. Choose another one.
failure-rate-limit = The relay has too many requests right now. Ask again in a few minutes.
failure-overloaded = The relay is overloaded right now. Ask again in a few minutes.
failure-timeout = The relay did not finish in time. Ask again later, or for a shorter video.
failure-truncated = The connection to the relay broke before the video was ready. Ask again.
failure-upstream = { GIVEN($reason) ->
    [yes] The relay had a fault of its own (“{ $reason }”).
   *[no] The relay had a fault of its own.
} Ask again.
failure-generation-failed = { GIVEN($reason) ->
    [yes] The relay could not make this video (“{ $reason }”).
   *[no] The relay could not make this video.
} Ask again, perhaps in other words.
failure-no-result = { GIVEN($reason) ->
    [yes] The relay ended without a video. Its last words: “{ $reason }”.
   *[no] The relay ended without a video.
} Ask again.
failure-not-ready = The relay said that the video was ready and then did not have it. Ask again.
failure-continuation = The video before it cannot be continued any more. Start a new /video instead.
failure-restarted = The bot was restarted while it worked on this. Ask again.
failure-unclaimed = The video was made, but nobody could be reached with it, and it was not fetched with /videos while it was kept.
failure-unexpected = { GIVEN($reference) ->
    [yes] Something went wrong inside the bot. Whoever runs it can find the cause by the reference { $reference }.
   *[no] Something went wrong inside the bot. Ask again later.
}

## Cancelled

cancelled-by-owner = By the member who asked for it.
cancelled-paid = The relay was already paid for it.
cancelled-unanswered = Discord did not take the answer in time.
cancelled-by-moderator = { GIVEN($actor) ->
    [yes] By { MEMBER($actor) }, who moderates here.
   *[no] By a moderator.
}

## The reference images, once their bytes were read

the-image = { $frame ->
    [first] The first frame
    [last] The last frame
   *[other] The image
}
the-image-file = { $frame ->
    [first] The first frame
    [last] The last frame
   *[other] The file
}
image-unreadable = { the-image } is damaged or not what its name says. Save it anew as a PNG or JPEG and send that.
image-type = { GIVEN($type) ->
    [yes] { the-image-file } is a { $type }, which cannot be used. Send a PNG, JPEG, WebP, GIF, HEIC or AVIF.
   *[no] { the-image-file } is not an image that can be used. Send a PNG, JPEG, WebP, GIF, HEIC or AVIF.
}
image-pixels = { GIVEN($megapixels) ->
    [yes] { the-image } has { $megapixels } megapixels, which is too many. Make it smaller and send that.
   *[no] { the-image } has too many pixels. Make it smaller and send that.
}
image-gone = { the-image } is not kept any more. Start a new /video with the image attached.
image-empty = { the-image } is an empty file. Send it again.
image-fetch = { the-image } was not handed over by Discord. Send it again.
image-mismatch = { the-image-file } does not hold what its type says. Save it anew as a PNG or JPEG and send that.
image-timeout = { the-image } took too long to read. Make it smaller and send that.

## The video behind the relay’s link

media-address = The relay’s link leads to a place that the bot does not visit. Whoever runs the bot can allow it.
media-redirects = The relay’s link was passed on too many times. Ask again.
media-status = { GIVEN($status) ->
    [yes] The relay’s link to the video answered with error { $status }. Ask again.
   *[no] The relay’s link to the video answered with an error. Ask again.
}
media-too-large = { GIVEN($limit) ->
    [yes] The video is larger than { MEGABYTES($limit) } MB, the most that can be handled. Ask for a shorter one.
   *[no] The video is larger than can be handled. Ask for a shorter one.
}
media-timeout = Fetching the video from the relay took too long. Ask again.
media-unreachable = The place that the relay’s link leads to does not answer. Ask again.
media-not-a-video = The relay’s link does not lead to a video that plays. Ask again.
media-no-room = The bot has no room left for the video. That is not your doing; whoever runs the bot has to make room.
media-web-page = The relay’s link leads to a web page, not to a video. Ask again.
