# /quota and what moderators are told

quota-title-own = Your credits
quota-title = Credits of { $name }
quota-left = { $period ->
    [day] { $left } of { $count } left today
    [week] { $left } of { $count } left this week
   *[month] { $left } of { $count } left this month
}
quota-unlimited = No limit
quota-returns = The allowance is full again { MOMENT($at) }
quota-granted = { $count ->
    [one] 1 granted credit on top
   *[other] { $count } granted credits on top
}
quota-grant-ends = ending { MOMENT($at) }
quota-grant-endless = without an end
quota-grant-part = { $count } { $end }
quota-more = and { $count } more
quota-running = { $count } running
quota-waiting = { $count } waiting
quota-idle = Nothing running or waiting
quota-pool = { $count ->
    [one] 1 credit left for the whole server
   *[other] { $count } credits left for the whole server
}
quota-spoiler = Videos are posted behind a spoiler here
quota-blocked = { GIVEN($reason) ->
    [yes] Blocked from making videos: { $reason }
   *[no] Blocked from making videos
}
quota-blocked-by = Blocked { MOMENT($at) } by { MEMBER($actor) }{ GIVEN($reason) ->
    [yes] : { $reason }
   *[no] { "" }
}
quota-paused = { GIVEN($reason) ->
    [yes] Videos are paused on this server: { $reason }
   *[no] Videos are paused on this server
}
quota-paused-by = Paused for everybody here { MOMENT($at) } by { MEMBER($actor) }{ GIVEN($reason) ->
    [yes] : { $reason }
   *[no] { "" }
}
quota-decides = Decided by { $rule }
quota-rules = Rules, the first one decides
quota-entries = Latest
quota-no-entries = No credits have moved yet.

## Rules

rule-member-own = your own allowance
rule-member = the member’s own allowance
rule-role = the role { ROLE($target) }
rule-server = the server’s allowance
rule-default = the bot’s default
rule-amount = { $period ->
    [day] { $count } a day
    [week] { $count } a week
   *[month] { $count } a month
}
rule-unlimited = no limit

## Entries of the ledger

entry-hold = { $count ->
    [one] 1 credit held for a video
   *[other] { $count } credits held for a video
}
entry-settle = { $count ->
    [one] 1 credit used for a video
   *[other] { $count } credits used for a video
}
entry-release = { $count ->
    [one] 1 credit returned
   *[other] { $count } credits returned
}
entry-grant = { $count ->
    [one] 1 credit granted
   *[other] { $count } credits granted
}
entry-revoke = { $count ->
    [one] 1 granted credit taken back
   *[other] { $count } granted credits taken back
}
entry-adjust = { $count ->
    [0] allowance restored
    [one] allowance restored by 1 credit
   *[other] allowance restored by { $count } credits
}
entry-by = by { MEMBER($actor) }
entry-until = ending { MOMENT($at) }

## What a moderator has done

done-set = { $scope ->
    [member] { MEMBER($target) } now has
    [role] { ROLE($target) } now has
   *[server] Every member of this server now has
} { $unlimited ->
    [yes] no limit.
   *[no] { $count ->
        [one] 1 credit
       *[other] { $count } credits
    } { $period ->
        [day] a day.
        [week] a week.
       *[month] a month.
    }
}
done-default = { $scope ->
    [member] { MEMBER($target) } has no allowance of their own any more; the next rule decides.
    [role] { ROLE($target) } has no allowance of its own any more; the next rule decides.
   *[server] This server has no allowance of its own any more; the bot’s default decides.
}
done-granted = { MEMBER($target) } was granted { $count ->
    [one] 1 credit
   *[other] { $count } credits
}{ $at ->
    [0] { "" }
   *[other] , which end { MOMENT($at) }
}.
done-revoked = { $count ->
    [0] { MEMBER($target) } has no granted credits left to take back.
    [one] 1 granted credit was taken back from { MEMBER($target) }.
   *[other] { $count } granted credits were taken back from { MEMBER($target) }.
}
done-reset = { MEMBER($target) } has the full allowance of this period again.
done-blocked = { MEMBER($target) } cannot make videos here any more. What is running goes on.
done-unblocked = { MEMBER($target) } can make videos here again.
done-not-blocked = { MEMBER($target) } is not blocked.
done-paused = Videos are paused on this server. What is running goes on.
done-resumed = Videos are made on this server again.
done-spoiler = { $on ->
    [yes] Every new video on this server is posted behind a spoiler from now on.
   *[no] Videos on this server are posted behind a spoiler only where their member asks for it.
}
done-not-paused = Videos are not paused on this server.

## What an owner has done

done-cancelled = Cancelled. The card says what became of the credits.

## What a press of Get result has done

done-result-coming = Thank you: with your press the card goes on, and the result comes to it.
done-result-shown = The card shows now how it ended.
done-result-there = There is nothing left to get: the card shows how it ended.

## Questions

confirm-cancel-title = Cancel this video?
confirm-cancel-paid = The relay is already paid for it, so { $count ->
    [0] nothing comes back.
    [one] the credit is used up.
   *[other] the { $count } credits are used up.
}

## The whole prompt

prompt-title = Prompt
prompt-file = The prompt is too long for a message; the file has all of it.
