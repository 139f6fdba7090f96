# The card of a job: the same five lines in every state.

## Line 2: what was asked, by whom, and what it costs

card-seconds = { $count } s
card-continues = continues a video
card-continues-link = continues [this video]({ $url })
card-free = free
card-held = { $count ->
    [one] 1 credit held
   *[other] { $count } credits held
}
card-used = { $count ->
    [one] 1 credit used
   *[other] { $count } credits used
}
card-returned = { $count ->
    [one] 1 credit returned
   *[other] { $count } credits returned
}
card-left = { $period ->
    [day] { $count } left today
    [week] { $count } left this week
    [month] { $count } left this month
   *[other] { $count } left
}
card-unlimited = no limit

## Line 3: what is happening

card-waiting = Waiting
card-place = Waiting, place { $number } of { $of }
card-asking = Asking the relay
card-making = Making the video
card-delivering = { $count ->
    [one] The video is made
   *[other] { $count } videos are made
}
card-done = Done
card-videos = { $count } videos
card-cancelled = Cancelled
card-failed = This did not work
card-parked = The bot is restarting

## Line 4: how far it is

card-percent = { $bar } { NUMBER($percent, maximumFractionDigits: 0) } %
card-turn = Starts by itself when its turn comes
card-image-checking = Checking the image
card-no-percent = No percentage from the relay yet
card-moving = { $frame ->
    [first] Your first image moves: its first frame is used.
    [last] Your last image moves: its first frame is used.
    [both] Both of your images move: the first frame of each is used.
   *[one] Your image moves: its first frame is used.
}
card-goes-on = This goes on by itself in a moment; nothing is lost
card-bringing = { $count ->
    [one] Bringing it here
   *[other] Bringing them here
}
card-fetching = { $size ->
    [0] Fetching it
   *[other] Fetching { MEGABYTES($size) } MB
}
card-fetching-one = { $size ->
    [0] Fetching { $number } of { $count }
   *[other] Fetching { $number } of { $count }, { MEGABYTES($size) } MB
}
card-converting = Making it playable everywhere
card-converting-one = Making { $number } of { $count } playable everywhere
card-shrinking = Shrinking its { MEGABYTES($size) } MB to the { MEGABYTES($limit) } MB that fit here
card-shrinking-one = Shrinking { $number } of { $count }, { MEGABYTES($size) } MB, to { MEGABYTES($limit) } MB
card-cutting = Making a preview: all { MEGABYTES($size) } MB of it would not look good in the { MEGABYTES($limit) } MB that fit here
card-cutting-one = Making a preview of { $number } of { $count }, { MEGABYTES($size) } MB
card-posting = { $count ->
    [one] Posting it here
   *[other] Posting them here
}
card-link = { $number ->
    [0] [Open the video]({ $url })
   *[other] [Open video { $number }]({ $url })
}
card-link-hidden = { $count ->
    [one] The relay’s link is too long to show here
   *[other] { $count } of the relay’s links are too long to show here
}
card-too-large = { $of ->
    [one] Too large to attach here, so the relay’s own link has it
   *[other] { $count ->
        [one] 1 of { $of } could not be attached here, so the relay’s own link has it
       *[other] { $count } of { $of } could not be attached here, so the relay’s own links have them
    }
}
card-converted = { $of ->
    [one] Converted so that it plays everywhere.
   *[other] { $count } of { $of } converted to play everywhere.
}
card-shrunk = { $limit ->
    [0] Shrunk from { MEGABYTES($size) } MB to fit here.
   *[other] Shrunk from { MEGABYTES($size) } MB to fit the { MEGABYTES($limit) } MB that Discord takes here.
}
card-shrunk-several = { $count } of { $of } shrunk to fit here.
card-preview = A preview: the first { $shown } of { $whole }. All { MEGABYTES($size) } MB do not fit here.
card-preview-several = { $count } of { $of } only as a preview: all of it does not fit here.
card-original = { $count ->
    [one] The original is in `/videos`.
   *[other] The originals are in `/videos`.
}
card-original-linked = { $count ->
    [one] The relay’s link has the original.
   *[other] The relay’s links have the originals.
}
card-fetched = { $count } of { $of } videos could be fetched
card-beyond = The relay made { $count } videos; { $limit } are the most that one request brings here
card-below = { $count ->
    [one] 1 more is in the message below
   *[other] { $count } more are in the message below
}
card-rest = { $count ->
    [one] 1 more of { $of } videos
   *[other] { $count } more of { $of } videos
}

## Line 5: times

card-asked = Asked { MOMENT($at) }
card-starts = starts { MOMENT($at) }
card-started = Started { MOMENT($at) }
card-ready = expected { MOMENT($at) }
card-silent = last news { MOMENT($at) }
card-result = after { MOMENT($at) } **Get result** brings the news here
card-took = Took { $duration }
card-link-ends = the link ends { MOMENT($at) }
card-links-end = the first link ends { MOMENT($at) }
card-link-open = { $count ->
    [one] the relay does not say how long the link stays
   *[other] the relay does not say how long the links stay
}
card-image = Reference image
card-last-frame = Last frame
alt-video = Video { $number }

## Words for measures

size = { MEGABYTES($size) } MB
duration-hours = { $hours } h { $minutes } min
duration-minutes = { $minutes } min { $seconds } s
duration-seconds = { $seconds } s

## The relay’s own steps, where its words are known

step-queued = In the relay’s queue
step-preparing = Preparing the video
step-image = The relay is reading the image
step-making = Making the video
step-improving = Improving the picture
step-saving = The relay is saving the video
step-retrying = The relay is trying again
step-done = The relay has finished the video

## The short reply that tells the owner

reply-delivered = { $count ->
    [one] { MEMBER($user) }, your video is ready.
   *[other] { MEMBER($user) }, your { $count } videos are ready.
}
reply-failed = { MEMBER($user) }, your video did not work out; the card above says why.
reply-cancelled = { MEMBER($user) }, your video was cancelled.
