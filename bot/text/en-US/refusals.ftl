# Why a request is not taken on: private, nothing was charged.


## What was asked

refusal-prompt-empty = The prompt is empty. Describe the video in a few words.
refusal-prompt-long = The prompt has { $count } characters and { $limit } fit. Shorten it and send it again.
refusal-model = There is no model “{ $value }” here. On offer: { $choices }.
refusal-ratio = { $count ->
    [0] { $model } does not let you choose a ratio. Leave that option out.
    [one] { $model } makes { $choices } only, not { $value }.
   *[other] { $model } cannot make { $value }. It can make { $choices }.
}
refusal-seconds = { $count ->
    [0] { $model } does not let you choose a length. Leave that option out.
    [one] { $model } makes videos of { $choices } s only, not { $value } s.
   *[other] { $model } cannot make a video of { $value } s. It can make { $choices } s.
}
refusal-no-image = { $model } works from words alone. Leave the image out, or choose another model.
refusal-images = { $count ->
    [one] { $model } takes one image. Leave the others out, or choose another model.
   *[other] { $model } takes { $count } images at most. Leave the others out, or choose another model.
}
refusal-last-frame = { $model } takes no last frame. { GIVEN($choices) ->
    [yes] These do: { $choices }.
   *[no] Leave it out.
}
refusal-first-frame = A last frame needs a first one. Add it as the image, or leave the last frame out.
refusal-continuation = { $model } cannot go on from an earlier video. Start a new /video instead.
refusal-no-answer = { $model } needs the relay’s whole answer to go on from a video, and that of this one is not kept. Start a new /video instead.
refusal-no-id = The relay gave no id for this video, and without one { $model } cannot go on from it. Start a new /video instead.
refusal-no-video = There is no finished video here to go on from.
refusal-earlier-gone = The video that this one goes on from is not known any more. Start a new /video instead.
refusal-image-required = { $model } starts from an image. Attach one, or choose another model.
refusal-image-size = { the-image } has { NUMBER($size_mb, maximumFractionDigits: 1) } MB and { NUMBER($limit_mb, maximumFractionDigits: 1) } MB are allowed. Make it smaller and send it again.
refusal-image-type = { GIVEN($type) ->
    [yes] { the-image } is of the type { $type }, which cannot be used. Send a PNG, JPEG, WebP, GIF, HEIC or AVIF.
   *[no] { the-image-file } does not look like an image. Send a PNG, JPEG, WebP, GIF, HEIC or AVIF.
}
refusal-image-empty = { the-image } is an empty file. Send it again.
refusal-image-gone = The image of that video is not kept any more. Start a new /video with the image attached.
refusal-timezone = There is no time zone “{ $value }”. Give a name such as Europe/Berlin or Asia/Shanghai.
refusal-expires = That is not a time to come. Write 7d, 2w or a day such as 2026-12-31, at most ten years ahead.
refusal-allowance = That is not an allowance. Give a whole number from 0 to { $most }, unlimited, or default.
refusal-reason = Give a reason of at most { $limit } characters.
refusal-amount = That is not an amount of credits. Give a whole number from { $least } to { $most }.

## Who asks, and where

refusal-server = This bot does not work for this server yet. Whoever runs the bot can add the server to its list.
refusal-guild-only = Videos are made in servers only. Use the command in a server’s channel.
refusal-blocked = { GIVEN($reason) ->
    [yes] You cannot make videos on this server. The moderators’ reason: { $reason }
   *[no] You cannot make videos on this server. A moderator can tell you why.
}
refusal-paused = { GIVEN($reason) ->
    [yes] Videos are paused on this server. The moderators’ reason: { $reason }
   *[no] Videos are paused on this server until a moderator resumes them.
}
refusal-attach = The bot may not attach files in this channel, so you would not get your video. Try another channel, or ask a moderator to allow it.
refusal-not-yours = Only the member who asked for this video and the moderators can do that.
refusal-not-moderator = Only members who may manage this server can do that.
refusal-not-member = That is not a member of this server (any more).

## Credits and turns

refusal-credits = { $price ->
    [one] This video costs 1 credit
   *[other] This video costs { $price } credits
} and { $left ->
    [0] you have none left
   *[other] you have { $left } left
}{ $period ->
    [day] { " " }today
    [week] { " " }this week
    [month] { " " }this month
   *[other] { "" }
}. { $next_at ->
    [0] A moderator can grant you more.
   *[other] New credits come { MOMENT($next_at) }.
} { $rule ->
    [member] Your own allowance decides.
    [role] The allowance of your role decides.
    [server] This server’s allowance decides.
   *[other] The bot’s default allowance decides.
}
refusal-pool = { $next_at ->
    [0] The members of this server have used all of its credits.
   *[other] The members of this server have used all of its credits. New ones come { MOMENT($next_at) }.
}
refusal-operator = { $next_at ->
    [0] The bot has made all the videos that its operator allows for now.
   *[other] The bot has made all the videos that its operator allows for now. It goes on { MOMENT($next_at) }.
}
refusal-cooldown = { $next_at ->
    [0] You can ask for your next video a little later.
   *[other] You can ask for your next video { MOMENT($next_at) }.
}
refusal-running = { $count ->
    [one] You have 1 video on its way
   *[other] You have { $count } videos on their way
}, and { $limit } at a time is the limit. Wait for one to end, or cancel it on its card.

## The bot itself

refusal-restarting = The bot is restarting. Nothing was charged; try again in a minute.
refusal-stale-command = That command does not fit this version of the bot. Type it anew; if that does not help, restart Discord (Ctrl+R).
refusal-stale-button = This button belongs to another version of the bot and does nothing now.
refusal-stale-form = This form belongs to another version of the bot, and nothing was done with it. Open it anew.
refusal-busy = The bot is too busy to take this on. Nothing was charged; try again in a minute.
refusal-storage = The bot cannot store anything new right now: its disk is full, or fails. Nothing was charged, and videos on their way go on. Whoever runs the bot has to make room.
refusal-relay = { $model } cannot be reached because of the bot’s settings. That is not your doing and nothing was charged; whoever runs the bot has to mend it.{ GIVEN($choices) ->
    [yes] { " " }These work: { $choices }.
   *[no] { "" }
}
refusal-unexpected = Something went wrong inside the bot. Nothing more was charged. Whoever runs it can find the cause by the reference { $reference }.

## Buttons of a card

refusal-job-gone = This video is not known any more, so its buttons have nothing to work on.
refusal-over = This video is already over, so there is nothing to cancel.
refusal-still-running = This video is still being made. Cancel it first, or wait for its end.
