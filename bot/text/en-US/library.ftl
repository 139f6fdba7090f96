# A member’s library: /videos, what it shows and what its buttons answer.

## The list

library-title = Your videos
library-count = { $count ->
    [one] 1 video
   *[other] { $count } videos
}
library-page = page { $number } of { $pages }
library-empty = { $days ->
    [0] Finished videos are not kept here; they stay in the channels where they were posted.
    [one] Nothing of yours is kept here now. Make a video with `/video`; for a day after that you find it here.
   *[other] Nothing of yours is kept here now. Make a video with `/video`; for { $days } days after that you find it here.
}
library-several = { $count } videos
library-made = made { MOMENT($at) }
library-until = gone { MOMENT($at) }
library-waiting = { $count ->
    [0] **Waiting for you** · gone { MOMENT($at) }
    [one] **Waiting for you** · gone { MOMENT($at) }, then your credit returns
   *[other] **Waiting for you** · gone { MOMENT($at) }, then your credits return
}
library-card = [its card]({ $url })

## One video

library-too-large = { $count ->
    [one] { $limit ->
        [0] With { MEGABYTES($size) } MB it is too large to attach here.
       *[other] With { MEGABYTES($size) } MB it is too large to attach here, where { MEGABYTES($limit) } MB fit.
    }
   *[other] { $limit ->
        [0] { $count } videos are too large to attach here.
       *[other] { $count } videos are too large to attach here, where { MEGABYTES($limit) } MB fit.
    }
}
library-copy = { $count ->
    [one] This is a smaller copy, which fits here; the original has { MEGABYTES($size) } MB.
   *[other] { $count } of them are smaller copies, which fit here.
}
library-link-ends = The link ends { MOMENT($at) }.
library-link-open = The relay does not say how long its link stays.
library-link = The relay’s own link still has it.
library-no-link = There is no link to it any more. Whoever runs the bot can give you the file { $name }.mp4.
library-parts = **In parts** sends it to you here, cut into pieces that fit.
library-parts-many = In parts it would be more than { $most }, too many to send.
library-part-of = Part { $number } of { $of }
library-parts-of = Parts { $first } to { $last } of { $of }
library-delete-title = Delete this video?
library-delete-cost = It goes for good and no credit returns. Its card, and what you posted of it, stay where they are.

## What its buttons have done

library-posting = Posting it here…
library-posted = Posted: [open the message]({ $url })
library-sending = Sending it to you…
library-sent = Sent: [open the message]({ $url })
library-cutting = Cutting it into parts…
library-sending-part = Sending part { $number } of { $of }…
library-sending-parts = Sending parts { $first } to { $last } of { $of }…
library-parts-done = { $count ->
    [one] It is here, in 1 part.
   *[other] All { $count } parts are here, only for you. They play one after the other.
}
library-parts-some = { $sent } of { $count } parts are here. Nothing is lost: the video is still in /videos.
library-parts-refused = { $count ->
    [one] Discord found 1 part too large.
   *[other] Discord found { $count } parts too large.
}
library-parts-late = Discord gave no more time to send them.
library-deleted = Deleted. It is not kept here any more.

## Why not

refusal-not-in-library = This video is not in your library on this server. /videos shows what is.
refusal-video-gone = This video is not kept any more. /videos shows what is.
refusal-attach-again = The bot may not attach files in this channel. Post the video in another one, or have it sent to you.
refusal-video-too-large = { $limit ->
    [0] With { MEGABYTES($size) } MB the video is too large to attach there
   *[other] With { MEGABYTES($size) } MB the video is too large to attach there, where { MEGABYTES($limit) } MB fit
}, and there is no link to it any more. Whoever runs the bot can give you the file { $name }.mp4.
refusal-parts-running = You are being sent a video in parts already. Wait until all of them are here.
refusal-parts-fits = This video fits here in one piece. /videos shows it.
refusal-parts-scene = This video cannot be cut into parts that fit: one scene of it has { MEGABYTES($size) } MB, and { MEGABYTES($limit) } MB fit here.
refusal-parts-many = This video would be { $count } parts, and { $most } are the most that can be sent.
refusal-parts-codec = This video is of a kind that cannot be cut into parts that play.
refusal-parts-failed = This video could not be cut into parts.
refusal-direct-closed = Discord did not let the bot write to you. Allow direct messages in this server’s privacy settings and try again, or post the video here.
refusal-discord = Discord does not answer as it should. Try again in a minute.
refusal-discord-closed = Discord does not allow that here. Try another channel, or have the video sent to you.
