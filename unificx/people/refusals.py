"""What signing in may be refused with, each under a code of its own that clients tell apart."""

from unificx.kernel.errors import Conflict, Forbidden, Over, Unauthenticated


class SessionOver(Unauthenticated):
    """The session cannot be continued: ended, expired, or ended because its refresh token came a second time."""

    code = "session_over"


class UsedSignInCode(Over):
    """Another device was signed in with this code."""

    code = "sign_in_code_used"


class SignInCodeExpired(Over):
    """No such code, or none any more."""

    code = "sign_in_code_expired"


class InvitationOver(Over):
    """No such invitation, or none any more."""

    code = "invitation_over"


class RecoveryOver(Over):
    """No such way back in, or none any more."""

    code = "recovery_over"


class TicketOver(Over):
    """The first proof of a sign-in is too long ago, or was not ours: begin again."""

    code = "ticket_over"


class NotOfAge(Forbidden):
    """Somebody said that they are not old enough."""

    code = "not_of_age"


class AcceptanceNeeded(Forbidden):
    """Whoever asks has yet to say yes to the present terms and policy."""

    code = "acceptance_needed"


class OwnPasswordNeeded(Forbidden):
    """Whoever asks has yet to replace a password that somebody else was shown."""

    code = "own_password_needed"


class WrongProof(Unauthenticated):
    """What was to let in does not."""

    code = "wrong_proof"


class ProveYourself(Forbidden):
    """Somebody is signed in, and it is too long ago that they proved to be who they are."""

    code = "prove_yourself"


class NotProved(Forbidden):
    """Somebody is signed in, and what they proved themselves with is wrong. No 401: the session stays good."""

    code = "not_proved"


class NoExtension(Conflict):
    """The person has no extension, so there is nothing that could ring."""

    code = "no_extension"


class SingleSignOnFailed(Unauthenticated):
    """The organisation's sign-in provider did not vouch for anybody."""

    code = "single_sign_on_failed"


class NotLinked(Forbidden):
    """The sign-in provider vouched for somebody whom we do not know by that."""

    code = "not_linked"
