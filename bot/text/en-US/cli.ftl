# The command line: help, settings, `generate`, `check` and `health`. Nothing here is seen in Discord.

## Help

cli-help-clapper = Clapper makes videos in Discord through any OpenAI-style relay. Try “demo” first: it needs no token and no key.
cli-help-run = Run the bot until Ctrl-C or SIGTERM. Needs DISCORD_TOKEN, RELAY_BASE_URL and RELAY_API_KEY, from the environment, .env or clapper.toml; “check” says what is missing.
cli-help-demo = Show the real bot at work in a simulated Discord with a sample relay: no token, no key, no settings. Prints the address of a page; Ctrl-C ends it.
cli-help-generate = Make one video with the configured relay, without Discord, to see whether key and model work. Exit code 0 only with a saved video, 1 when it failed, 2 for wrong usage or settings.
cli-help-check = Look at settings, database, relay, token, disk, encoder and clock, and say for each what is wrong and how to mend it. Changes nothing. Exit code 1 if the bot could not start.
cli-help-backup = Copy the SQLite database into FILE while the bot runs, verified from its first to its last page. FILE appears only when it is whole. Exit code 1 if there is none, or if its ledger contradicts itself.
cli-help-health = Ask whether the running bot is connected to Discord and its database answers; for containers and monitors. Exit code 0 or 1.

cli-help-run-short = Run the bot.
cli-help-demo-short = Show the bot at work: no token, no key.
cli-help-generate-short = Make one video with your relay, without Discord.
cli-help-check-short = Say what is wrong with the set-up, and how to mend it.
cli-help-backup-short = Copy the database while the bot runs.
cli-help-health-short = Ask whether the running bot is well.

cli-help-prompt = What the video shows, in at most 4,000 characters.
cli-help-demo-prompt = What the headless demo asks for.
cli-help-image = A reference image: a PNG, JPEG, WebP, GIF, HEIC or AVIF file, or a link to one; of what moves the first frame is used. May be given several times.
cli-help-demo-image = A reference image for the headless demo.
cli-help-model = A model of clapper.toml, or any other name that the relay knows; DEFAULT_MODEL if left out.
cli-help-ratio = Width to height, such as 16:9, where the model lets you choose.
cli-help-seconds = The length, where the model lets you choose.
cli-help-out = Where the video goes: a file or a folder. Further videos of the same answer get -2, -3 … at the end.
cli-help-json = Print one JSON object per line to stdout and nothing else: accepted, progress, completed, saved or failed.
cli-help-backup-file = Where the copy goes. To restore it: stop the bot, move the database away with its -wal and -shm, copy FILE to its place.
cli-help-force = Replace FILE if it is there.
cli-help-headless = Without a page: ask for one video as a member would, print every state of the card, and save the file.
cli-help-port = The port of the page; a free one if left out.

## Settings, one sentence each

setting-missing = { $name ->
    [DISCORD_TOKEN] DISCORD_TOKEN is not set. It is in Discord’s developer portal: your application, Bot, Reset Token.
    [RELAY_BASE_URL] RELAY_BASE_URL is not set. It is the address of your relay, such as https://relay.example/v1.
    [RELAY_API_KEY] RELAY_API_KEY is not set. It is the key that your relay gave you.
   *[other] { $name } is not set.
}
setting-token = { $name } is not a bot token, which has three parts with dots between. It is neither the application’s id, nor its public key, nor its client secret: take it from Discord’s developer portal, your application, Bot, Reset Token.
setting-key = { $name } holds characters that a key cannot have. Copy it again, without blanks and line breaks.
setting-url = { $name } is not an http or https address with a host, such as https://relay.example/v1.
setting-url-password = { $name } must not hold a name or password before its host. The relay’s key belongs into RELAY_API_KEY.
setting-database = { $name } is not understood. It begins with sqlite:/// (and a file) or postgres:// (user:password@host/name).
setting-credits = { $name } must be a whole number, or “unlimited”.
setting-whole-number = { $name } must be a whole number.
setting-number = { $name } must be a number.
setting-too-small = { $name } must be at least { $limit }.
setting-not-above = { $name } must be more than { $limit }.
setting-too-large = { $name } must be at most { $limit }.
setting-yes-no = { $name } must be true or false.
setting-choice = { $name } must be one of: { $choices }.
setting-id = { $name } must hold ids of Discord, which are long numbers: switch on the developer mode in Discord’s settings, right-click, Copy ID. Several have commas between.
setting-shards = { $name } must hold the numbers of this process’s shards, from 0 on, with commas between, such as 0,1. Leave it out for all of them.
setting-shard-twice = { $name } has a shard twice. Each is named once.
setting-shard-range = { $name } has a shard that SHARD_COUNT does not reach: the last one is { $limit }, as the first is 0.
setting-shards-sqlite = { $name } leaves shards to other processes, which SQLite cannot share its file with. Set DATABASE_URL to PostgreSQL for all of them, or leave { $name } out.
setting-timezone = { $name } is no time zone. It needs a name such as UTC, Europe/Berlin or Asia/Tokyo.
setting-malformed = { $name } does not have the form that clapper.example.toml shows.
setting-field-missing = { $name } is missing.
setting-file = { $name } cannot be read. It must exist, be readable, and be text in UTF-8.
setting-toml = { $name } has a mistake in line { $line }: it is not valid TOML from there on. Texts need quotes, and every quote its end.
setting-table = { $name } must be a table: { $form } on a line of its own, its fields below.
setting-unknown = { $where } has the unknown name { $name }. Known ones are in .env.example and clapper.example.toml.
setting-unknown-near = { $where } has the unknown name { $name }. Is { $near } meant?
setting-twice = { $name } is used by another model already. Every model needs an id of its own.
setting-short-text = { $name } must have 1 to 100 printable characters.
setting-credits-negative = { $name } must not be negative.
setting-model-seconds = { $name } must be a list of whole numbers from 1 to 3600, such as [10, 15].
setting-model-ratios = { $name } must be a list of width:height, such as ["16:9", "9:16"].
setting-model-images = { $name } must be from 0 to 10.
setting-model-image-required = { $name } is true, but the model takes no image: images is 0 or image_transport is "none".
setting-model-name = { $name } must have every bracket closed, and the prompt has no place in it.
setting-model-template = { $name } must hold {"{"}prompt{"}"}, with every bracket closed.
setting-model-body = { $name } must not hold model, messages or stream: the bot sets these itself. Only where stream is false it may hold stream = false.
setting-model-route = { $name } must be a path below the relay’s base URL, such as video/create.
setting-model-route-prompt = { $name } must hold {"{"}prompt{"}"}: a request to another route has no messages.
setting-model-route-images = { $name } is not "none", so body must hold {"{"}image{"}"} or {"{"}images{"}"}: a request to another route has no messages, and no text to put an address in.
setting-model-route-continuation = { $name } must be none or field: a request to another route has no messages.
setting-model-place = { $name } holds {"{"}{ $place }{"}"}, which nothing fills: the model has no { $needs }.
setting-model-sizes = { $name } must have a size for every ratio of the model and for no other, such as {"{"} "16:9" = "1280x720" {"}"}.
setting-model-words = { $name } must have a word for every ratio of the model, or for every number of seconds, and for nothing else.
setting-model-word-name = { $name } needs another name: small letters, digits and underscores, and not prompt, ratio, seconds, orientation or size.
setting-model-last-frame = { $name } is true, but the model takes no first and last frame: images must be 2, and image_transport not "none".
setting-model-continuation-field = { $name } must name a field that is neither in body nor one of model, messages and stream.
setting-relay-key = { $name } has no key: the variable { $variable }, which its api_key_env names, is not set.
setting-default-model = { $name } names no model of clapper.toml. These are there: { $choices }.

## The database, to operators

storage-malformed-url = DATABASE_URL is not understood. It begins with sqlite:/// (three slashes, then a file) or postgres:// (user:password@host/name).
storage-driver-missing = DATABASE_URL names PostgreSQL, whose driver is not installed: pip install asyncpg, or the extra “postgres”.
storage-unreachable = The database cannot be reached. Is it running, and are the host, port and folder in DATABASE_URL right?
storage-denied = The database refuses the user or the password in DATABASE_URL.
storage-no-database = The database server has no database of the name in DATABASE_URL. Create it first.
storage-readonly = The database cannot be written: its file, its folder or its user lacks the right to.
storage-corrupt = The database is damaged. Stop the bot, keep what is there, and put a backup in its place.
storage-full = There is no space left for the database. Nothing was changed: make room, then start again.
storage-file-missing = The database { $path } was there before and is missing or empty now. Is its folder, or its volume, mounted? Put the file or a backup of it there. To begin anew instead, with nobody’s credits, delete { $mark }.
storage-file-readonly = The database { $path } cannot be written. The bot’s user needs the right to write the file and its folder, on a disk that is not mounted for reading only.
storage-file-corrupt = The database { $path } is damaged or not a SQLite file. Nothing was changed. Move it away together with { $path }-wal and { $path }-shm, as far as they are there, and only then copy a backup to { $path }.
storage-io = The disk fails under the database. Nothing is certain until it is mended; look at the system’s log.
storage-busy = The database is busy with something else, perhaps with a second bot. Stop that and start again.
storage-timeout = The database did not answer in time.
storage-conflict = The database holds something else than the bot expected. Start again; if it stays, report it.
storage-in-use = Another Clapper works on this database already. Stop that one first.
storage-shard-in-use = Another Clapper serves shard { $shard } of this bot on this database already. Stop that one first, or give each process SHARD_IDS of its own.
storage-shard-count = Another Clapper serves this bot on this database with a SHARD_COUNT of { $found }, and this one has { $wanted }. All of a bot’s processes need the same: stop them all before you change it.
storage-other-bot = Another bot, with another application, works on this database. Give each bot a database of its own.
storage-closed = The database is closed already.
storage-pragma = SQLite does not take the setting { $name } that the bot relies on here. Is the file on a network drive? Use a local one, or PostgreSQL.
storage-schema-too-new = The database was written by a newer Clapper (revision { $found }). Nothing was changed: update Clapper, or use another database.
storage-failed = The database answered with an error. The log names it.

storage-backup-server = The database is on PostgreSQL, which copies itself while the bot runs: { $command }
storage-backup-nothing = There is no database in { $path } to copy.
storage-backup-no-folder = There is no folder { $path } to write the copy to.
storage-backup-no-file = { $path } is no file that a copy can be written to. Name a file.
storage-backup-exists = { $path } is there already, and stays as it is. Name another file, or say --force.
storage-backup-itself = { $path } is the database itself, or one of its own files. Name another file.
storage-backup-unwritten = The copy cannot be written to { $path }: { $reason }. Nothing is left of it.
storage-backup-damaged = The copy for { $path } is damaged, so nothing is left of it. “python -m bot check” looks the database itself over.

## backup

cli-backup-done = Saved { $path }: { NUMBER($megabytes, maximumFractionDigits: 1) } MB, { $jobs ->
    [one] one video
   *[other] { $jobs } videos
} and { $entries ->
    [one] one entry of the ledger
   *[other] { $entries } entries of the ledger
}, verified
cli-backup-laws = The copy is there and can be read, but its ledger contradicts itself as the database does: { $count ->
    [one] { $first }
   *[other] { $count } times, first { $first }
}. “python -m bot check” says more.

## generate

cli-image-file = There is no image file { $path }.
cli-image-size = { $path } is larger than MAX_IMAGE_MB allows ({ $limit } MB).
cli-image-link = { $model } takes images by link (its image_transport in clapper.toml), so --image needs a link here.
cli-image-unreachable = { $path } could not be fetched. It must lead to a file on a public address, which is handed out to everybody.
cli-image-moves = { $path } moves: its first frame is used.
cli-hint-auth = Check RELAY_API_KEY; “python -m bot check” tells more.
cli-hint-quota = The account at the relay is used up: top it up.
cli-hint-not-found = Check RELAY_BASE_URL; “python -m bot check” tells more.
cli-hint-model-unavailable = Check the model’s name; “python -m bot check” tells which names the relay lists.
cli-hint-upstream = Check RELAY_BASE_URL, the network, and whether the relay is up; “python -m bot check” tells more.
cli-out-file = { $path } is no file that a video can be saved in.
cli-out-folder = There is no folder { $path } to save the video in.
cli-generate-asked = Asked the relay
cli-generate-working = Working
cli-generate-accepted = Accepted: { $place }
cli-generate-fetching = { $count ->
    [one] Fetching the video
   *[other] Fetching { $count } videos
}
cli-generate-saved = Saved { $path }: { NUMBER($megabytes, maximumFractionDigits: 2) } MB, { NUMBER($seconds, maximumFractionDigits: 1) } s, { $width } × { $height }
cli-generate-failed = No video ({ $kind }): { $message }
cli-generate-one = { $count ->
    [one] { $message }
   *[other] Video { $number } of { $count }: { $message }
}
cli-generate-no-link = The relay says that the video is ready but gives no link to it.
cli-generate-unwritten = The video cannot be written to { $path }.

## demo

cli-demo-prompt = A paper boat drifts down a rainy street at dusk
cli-demo-page = Clapper at work: { $url } (Ctrl-C ends it)
cli-demo-port = The port { $port } cannot be had: { $reason }. Choose another one, or leave --port out.
cli-demo-headless = A prompt, an image and a file belong to --headless. In the page you type and attach them yourself.
cli-demo-missing = The demo is not part of this installation. Get the source and run “make demo”, or install the extra “demo”.
cli-demo-no-video = There is no video. The last line above says why.
cli-demo-saved = Saved { $path }: { NUMBER($bytes) } bytes, { NUMBER($seconds, maximumFractionDigits: 1) } s of { $codec }

## health

health-ok = The bot is connected and its database answers.
health-none = There is no sign of life in { $folder }: the bot does not run here, or has not reached Discord yet.
health-stale = The bot hangs or was killed: its last sign of life is { $seconds } s old.
health-offline = The bot runs but is not connected to Discord.
health-database = The bot runs but its database does not answer.

## check

check-level-ok = OK
check-level-warning = Warning
check-level-problem = Problem
check-subject-settings = Settings
check-subject-token = Token
check-subject-database = Database
check-subject-ledger = Ledger
check-subject-relay = Relay
check-subject-model = Model
check-subject-clock = Clock
check-subject-disk = Disk
check-subject-encoder = Encoder

check-conclusion = { $problems ->
    [0] { $warnings ->
        [0] Everything is well.
        [one] The bot can start; one warning.
       *[other] The bot can start; { $warnings } warnings.
    }
    [one] One thing must be mended first.
   *[other] { $problems } things must be mended first.
}
check-settings = { $count ->
    [one] one model on offer: { $models }
   *[other] { $count } models on offer: { $models }
}{ GIVEN($file) ->
    [yes] {" "}(from { $file })
   *[no] {""}
}
check-any-server = ALLOWED_SERVERS is empty, so every server that invites the bot spends your credits. List your servers’ ids.
check-token = has the right form; it belongs to application { $application }
check-token-doubtful = has three parts, but the first is not an application’s id. If Discord refuses it: developer portal, your application, Bot, Reset Token.
check-database = { $kind }, reachable and up to date
check-database-new = does not exist yet; a start makes it in { $folder }
check-database-old = { $count ->
    [one] { $kind }, reachable; a start runs one migration
   *[other] { $kind }, reachable; a start runs { $count } migrations
}
check-ledger = contradicts none of its laws
check-ledger-broken = contradicts its own laws { $count ->
    [one] once
   *[other] { $count } times
} ({ $shown }). The bot starts, and no member’s credits are changed by it. Make a backup, and report what is in the brackets: it is a fault of the bot.
check-relay = { $relay } ({ $address }) takes the key and offers { $count ->
    [one] one model
   *[other] { $count } models
}
check-model = { $count ->
    [one] { $model }: { $relay } lists it as { $name }
   *[other] { $model }: { $relay } lists all { $count } names of it, such as { $name }
}
check-model-missing = { $listed ->
    [0] { $count ->
        [one] { $model }: { $relay } does not list { $names }.
       *[other] { $model }: { $relay } lists none of its { $count } names: { $names }.
    }
   *[other] { $model }: { $relay } lists { $listed } of its { $count } names, but not { $names }.
} Requests for what is not listed may fail: compare clapper.toml or DEFAULT_MODEL with the relay’s list.
check-relay-no-models = { $relay } ({ $address }) has no list of its models, so the key cannot be tried here{ GIVEN($models) ->
    [yes] , nor { $models }
   *[no] {""}
}. Many relays have none; “generate” shows whether it works.
check-relay-key = { $relay } ({ $address }) refuses the key{ GIVEN($models) ->
    [yes] , so it cannot make { $models }
   *[no] {""}
}. Compare { $relay ->
    [default] RELAY_API_KEY
   *[other] the variable that its api_key_env names
} with the relay’s console.
check-relay-refuses = { $relay } ({ $address }) does not list its models ({ $kind }){ GIVEN($reason) ->
    [yes] {": "}{ $reason }
   *[no] .
}{ GIVEN($models) ->
    [yes] {" "}Not looked at: { $models }.
   *[no] {""}
} “generate” shows more.
check-relay-unreachable = { $relay } ({ $address }) cannot be reached{ GIVEN($models) ->
    [yes] , so it cannot make { $models }
   *[no] {""}
}. Check { $relay ->
    [default] RELAY_BASE_URL
   *[other] its base_url
}, the network, and whether the relay is up.
check-clock = agrees with { $relay }’s
check-clock-off = differs from { $relay }’s by { $seconds } s. Set it by NTP: quotas and signed links go by it.
check-clock-unknown = { $relay } sends no date to compare with
check-disk = { $folder } can be written and has { $megabytes } MB free
check-disk-low = { $folder } has only { $megabytes } MB free, less than a few videos. Make room, or lower MEDIA_KEEP_DAYS and MAX_VIDEO_MB.
check-disk-full = { $folder } has only { $megabytes } MB free. Make room first: new videos are refused below 200.
check-disk-unwritable = { $folder } cannot be written. Choose another DATA_DIR, or give the bot’s user the right to write there.
check-encoder = makes H.264 and AAC
check-encoder-lacks = cannot make { $names }. Install PyAV from its wheels: pip install --force-reinstall av
check-encoder-broken = does not start. Install PyAV from its wheels: pip install --force-reinstall av
