"""The JSON that Discord would send for what the loopback Discord remembers."""

from collections.abc import Iterable
from datetime import UTC, datetime

from tests.wire.state import (
    MEMBER_PERMISSIONS,
    VIEW_CHANNEL,
    Channel,
    Guild,
    Interaction,
    Member,
    Message,
    Payload,
    media_of,
    walk,
)

_DISCORD_EPOCH = 1_420_070_400


def user(user_id: int, name: str, *, bot: bool = False) -> Payload:
    return {
        "id": str(user_id),
        "username": name.lower().replace(" ", "_"),
        "global_name": name,
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
    }


def application(app_id: int, name: str) -> Payload:
    return {
        "id": str(app_id),
        "name": name,
        "description": "",
        "icon": None,
        "bot_public": False,
        "bot_require_code_grant": False,
        "owner": user(1, "Operator"),
        "verify_key": "0" * 64,
        "flags": 0,
    }


def member(person: Member) -> Payload:
    return {
        "user": user(person.id, person.name),
        "nick": None,
        "roles": [str(role) for role in person.role_ids],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": str(person.permissions),
    }


def channel(place: Channel) -> Payload:
    common = {"id": str(place.id), "flags": 0, "last_message_id": None}
    if place.guild_id is None:
        return {**common, "type": 1, "recipients": [user(place.recipient_id or 0, "Recipient")]}
    if place.thread:
        return {**common, **_thread(place)}
    return {
        **common,
        "type": 0,
        "guild_id": str(place.guild_id),
        "name": place.name,
        "position": 0,
        "permission_overwrites": [],
        "parent_id": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "topic": None,
    }


def _thread(place: Channel) -> Payload:
    return {
        "type": 11,
        "guild_id": str(place.guild_id),
        "name": place.name,
        "parent_id": "1",
        "owner_id": "1",
        "message_count": 0,
        "member_count": 1,
        "rate_limit_per_user": 0,
        "thread_metadata": {
            "archived": place.archived,
            "locked": place.locked,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2026-01-01T00:00:00+00:00",
        },
    }


def guild(place: Guild, channels: Iterable[Channel], bot: Payload) -> Payload:
    return {
        "id": str(place.id),
        "name": place.name,
        "owner_id": "1",
        "unavailable": False,
        "member_count": 2,
        "large": False,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "preferred_locale": "en-US",
        "features": [],
        "roles": [_role(place.id, "@everyone"), *(_role(r, f"role-{r}") for r in place.roles)],
        "channels": [channel(each) for each in channels],
        "members": [{"user": bot, "roles": [], "joined_at": None, "flags": 0}],
        "emojis": [],
        "stickers": [],
        "threads": [],
        "voice_states": [],
        "presences": [],
    }


def _role(role_id: int, name: str) -> Payload:
    return {
        "id": str(role_id),
        "name": name,
        "permissions": str(MEMBER_PERMISSIONS),
        "position": 0,
        "color": 0,
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def role(role_id: int) -> Payload:
    return _role(role_id, f"role-{role_id}")


def message(item: Message, bot: Payload) -> Payload:
    """As the API answers; files that a component shows are not listed a second time."""
    shown = {
        media.get("attachment_id") for part in walk(item.components) for media in media_of(part)
    }
    return {
        "id": str(item.id),
        "channel_id": str(item.channel_id),
        "author": bot,
        "type": 19 if item.reply_to else 0,
        "content": item.content,
        "components": item.components,
        "embeds": item.embeds,
        "flags": item.flags,
        "attachments": [file.to_json() for file in item.files if str(file.id) not in shown],
        "timestamp": _time_of(item.id),
        "edited_timestamp": datetime.now(UTC).isoformat() if item.revisions else None,
        "tts": False,
        "pinned": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
    } | _optional(item)


def _optional(item: Message) -> Payload:
    found: Payload = {}
    if item.reply_to:
        found["message_reference"] = {
            "message_id": str(item.reply_to),
            "channel_id": str(item.channel_id),
        }
    if item.nonce:
        found["nonce"] = item.nonce
    return found


def _time_of(snowflake: int) -> str:
    seconds = (snowflake >> 22) / 1000 + _DISCORD_EPOCH
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def interaction(event: Interaction, app_id: int, details: Payload, bot: Payload) -> Payload:
    """An INTERACTION_CREATE event in a server."""
    place = event.channel
    found: Payload = {
        "id": str(event.id),
        "application_id": str(app_id),
        "type": event.type,
        "token": event.token,
        "version": 1,
        "data": details,
        "guild_id": str(place.guild_id),
        "guild": {"id": str(place.guild_id), "locale": "en-US", "features": []},
        "channel_id": str(place.id),
        "channel": {**channel(place), "permissions": str(event.member.permissions)},
        "member": member(event.member),
        "app_permissions": str(MEMBER_PERMISSIONS & ~(0 if place.bot_can_view else VIEW_CHANNEL)),
        "locale": event.member.locale,
        "guild_locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(place.guild_id)},
        "context": 0,
        "attachment_size_limit": event.size_limit,
    }
    if event.source_message:
        found["message"] = message(event.source_message, bot)
    return found
