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
