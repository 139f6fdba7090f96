# What the operator’s log channel is told: only what they alone can mend.

operator-auth = **{ $model }:** the relay refuses the key. Check `RELAY_API_KEY`.{ GIVEN($reason) ->
    [yes] { " " }The relay says: { $reason }
   *[no] { "" }
}
operator-quota = **{ $model }:** the account at the relay is used up. Top it up.{ GIVEN($reason) ->
    [yes] { " " }The relay says: { $reason }
   *[no] { "" }
}
operator-not-found = **{ $model }:** the relay does not know the address. Check `RELAY_BASE_URL`.{ GIVEN($reason) ->
    [yes] { " " }The relay says: { $reason }
   *[no] { "" }
}
operator-model-unavailable = **{ $model }:** the relay does not offer this model. Check the models in `clapper.toml`.{ GIVEN($reason) ->
    [yes] { " " }The relay says: { $reason }
   *[no] { "" }
}
operator-ledger = **The ledger contradicts itself** { $count ->
    [one] once
   *[other] { $count } times
}: `{ $first }`. The bot goes on, and no member’s credits are changed by it. Make a backup with `python -m bot backup`; `python -m bot check` says more.
operator-no-room = { $cause ->
    [low] **Hardly any room is left on the disk.**
    [full] **The database finds no room.**
    [readonly] **The database cannot be written any more.**
    [corrupt] **The database is damaged.** Stop the bot, keep what is there, and put a backup in its place.
   *[other] **The disk fails under the database.** Look at the system’s log.
} New videos are refused until that is mended; those on their way go on, and nothing is charged twice. It ends by itself.
operator-room = **There is room again.** New videos are taken on.
