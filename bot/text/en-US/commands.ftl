# What people see while they choose: at most 100 characters a description, 80 a label, 45 a title.

## Commands

command-video = Make a video from a prompt and, if you like, an image
command-videos = See the videos you still have here, post one again or have it sent to you
command-quota = See your credits, when they return and what they went to
command-video-admin = Manage videos and credits on this server
command-video-admin-quota = Manage members’ credits
command-video-admin-quota-show = See a member’s credits and the rule that decides
command-video-admin-quota-set = Set the allowance of a member, a role or the whole server
command-video-admin-quota-grant = Give a member extra credits
command-video-admin-quota-revoke = Take back granted credits
command-video-admin-quota-reset = Restore a member’s allowance for this period
command-video-admin-block = Stop a member from making videos
command-video-admin-unblock = Let a member make videos again
command-video-admin-pause = Stop new videos on this server
command-video-admin-resume = Allow new videos again
command-video-admin-spoiler = Post every video on this server behind a spoiler, or only where asked for

## Options

option-prompt = What the video shows, in up to 4,000 characters
option-image = A PNG, JPEG, WebP, GIF, HEIC or AVIF that the video starts from
option-last_frame = A second image that the video ends with, where the model takes one
option-model = The model that makes it
option-ratio = Width to height, such as 16:9
option-seconds = Length in seconds
option-spoiler = Post the video, and the image, behind a spoiler
option-on = Whether every video is hidden until somebody wants to see it
option-member = The member
option-target = A member or a role; leave it out for the whole server
option-credits = How many credits
option-allowance = A number of credits, “unlimited”, or “default” to remove the rule
option-period = How often the allowance returns
option-reason = Why; the member can read it
option-expires = When the granted credits end: 7d, 2w or a day such as 2026-12-31; leave it out for no end

## Choices

choice-day = per day
choice-week = per week
choice-month = per month
choice-unlimited = unlimited
choice-default = default
choice-model = { $label } · { $count ->
    [0] free
    [one] 1 credit
   *[other] { $count } credits
}

## Forms

form-continue = Continue this video
form-continue-prompt = What happens next

## Buttons

button-cancel = Cancel
button-again = Again
button-continue = Continue
button-prompt = Prompt
button-delete = Delete
button-result = Get result
button-open = { $number ->
    [0] Open the video
   *[other] Open video { $number }
}
button-cancel-yes = Cancel the video
button-watch = Watch
button-post = Post here
button-send = Send to me
button-parts = In parts
button-remove = Remove
button-delete-yes = Delete for good
button-newer = Newer
button-older = Older
