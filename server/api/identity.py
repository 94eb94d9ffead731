"""Routes of accounts: who am I, sign in and out, set up, users, invitations, resets."""

from __future__ import annotations

from server import __version__
from server.api.route import Ask, Route
from server.schemas.identity import (
    AcceptInvitation,
    CreateInvitation,
    EditUser,
    Invitation,
    Me,
    PasswordReset,
    SetPassword,
    Setup,
    SignIn,
    User,
)


async def me(ask: Ask) -> Me:
    caller = ask.caller
    user = caller.user
    return Me(
        user=None
        if user is None
        else User(
            user.user_id,
            user.name,
            user.email,
            user.role,
            user.is_disabled,
            user.created_at,
            user.last_seen_at,
        ),
        guest_session_ids=sorted(caller.seats),
        needs_setup=user is None and await ask.services.identity.needs_setup(),
        version=__version__,
    )


async def set_up(ask: Ask) -> User:
    signed_in = await ask.services.identity.set_up(ask.body)
    ask.open_sign_in(signed_in)
    return signed_in.user


async def sign_in(ask: Ask) -> User:
    body: SignIn = ask.body
    signed_in = await ask.services.identity.sign_in(body.email, body.password, ask.caller.address)
    ask.open_sign_in(signed_in)
    return signed_in.user


async def sign_out(ask: Ask) -> None:
    await ask.services.identity.sign_out(ask.caller)
    ask.close_sign_in()


async def sign_out_everywhere(ask: Ask) -> None:
    await ask.services.identity.sign_out_everywhere(ask.caller)
    ask.close_sign_in()


async def list_users(ask: Ask) -> list[User]:
    return await ask.services.identity.users(ask.caller)


async def edit_user(ask: Ask) -> User:
    return await ask.services.identity.edit_user(ask.caller, ask.path("user_id"), ask.body)


async def reset_user(ask: Ask) -> PasswordReset:
    return await ask.services.identity.reset_link(ask.caller, ask.path("user_id"))


async def set_password(ask: Ask) -> None:
    await ask.services.identity.set_password(ask.path("token"), ask.body.password)


async def list_invitations(ask: Ask) -> list[Invitation]:
    return await ask.services.identity.invitations(ask.caller)


async def invite(ask: Ask) -> Invitation:
    return await ask.services.identity.invite(ask.caller, ask.body)


async def revoke_invitation(ask: Ask) -> None:
    await ask.services.identity.revoke_invitation(ask.caller, ask.path("invitation_id"))


async def read_invitation(ask: Ask) -> Invitation:
    return await ask.services.identity.invitation(ask.path("token"))


async def accept_invitation(ask: Ask) -> User:
    signed_in = await ask.services.identity.accept(ask.path("token"), ask.body)
    ask.open_sign_in(signed_in)
    return signed_in.user


ROUTES = (
    Route("GET", "/me", me, "anyone", answer=Me),
    Route(
        "POST", "/setup", set_up, "holder",
        body=Setup, answer=User, conflicts=True,
    ),
    Route("POST", "/sign-in", sign_in, "anyone", body=SignIn, answer=User, throttled=True),
    Route("POST", "/sign-out", sign_out, "user"),
    Route("POST", "/sign-out-everywhere", sign_out_everywhere, "user"),
    Route("GET", "/users", list_users, "admin", answer=list[User]),
    Route(
        "PATCH", "/users/{user_id}", edit_user, "admin",
        body=EditUser, answer=User, conflicts=True,
    ),
    Route("POST", "/users/{user_id}/reset", reset_user, "admin", answer=PasswordReset),
    Route("POST", "/resets/{token}", set_password, "holder", body=SetPassword),
    Route("GET", "/invitations", list_invitations, "admin", answer=list[Invitation]),
    Route(
        "POST", "/invitations", invite, "admin",
        body=CreateInvitation, answer=Invitation, status=201, conflicts=True,
    ),
    Route("DELETE", "/invitations/{invitation_id}", revoke_invitation, "admin"),
    Route("GET", "/invitations/by-token/{token}", read_invitation, "holder", answer=Invitation),
    Route(
        "POST", "/invitations/by-token/{token}", accept_invitation, "holder",
        body=AcceptInvitation, answer=User, conflicts=True,
    ),
)  # fmt: skip
