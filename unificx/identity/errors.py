"""Sign-in errors, each with its own problem code for clients."""

from unificx.core.errors import Conflict, Expired, Forbidden, Unauthenticated


class SessionExpired(Unauthenticated):
    """The session has ended: signed out, expired, or revoked after reuse of a refresh token."""

    code = "session_over"


class UsedSignInCode(Expired):
    """The code was used by another device."""

    code = "sign_in_code_used"


class SignInCodeExpired(Expired):
    """The code is unknown or expired."""

    code = "sign_in_code_expired"


class InvitationExpired(Expired):
    """The invitation is unknown, used or expired."""

    code = "invitation_over"


class RecoveryLinkExpired(Expired):
    """The recovery link is unknown, used or expired."""

    code = "recovery_over"


class TicketExpired(Expired):
    """The sign-in ticket or challenge is unknown or expired: start again."""

    code = "ticket_over"


class NotOfAge(Forbidden):
    """The user declared not to be of age."""

    code = "not_of_age"


class AcceptanceRequired(Forbidden):
    """The caller has to accept the current terms and policy first."""

    code = "acceptance_needed"


class AccountSuspended(Forbidden):
    """The user has proved who they are, but the account or its tenant is suspended. `reference` gives access to the
    reason and to the form that asks for a review, see `suspensions`."""

    code = "account_suspended"

    def __init__(self, reference: str) -> None:
        super().__init__("This account is suspended.", hint="You see the reason here, and can ask for a review.")
        self.reference = reference


class ConsentRequired(Forbidden):
    """A significant version of the policy is unanswered."""

    code = "consent_required"


class PasswordChangeRequired(Forbidden):
    """The caller has to replace their one-time password first."""

    code = "own_password_needed"


class InvalidProof(Unauthenticated):
    """The proof was not accepted."""

    code = "wrong_proof"


class StepUpRequired(Forbidden):
    """The action requires a recent step-up of the session."""

    code = "prove_yourself"


class StepUpFailed(Forbidden):
    """The step-up proof is wrong. Not a 401: the session stays valid."""

    code = "not_proved"


class NoExtension(Conflict):
    """The user has no extension, which a SIP device requires."""

    code = "no_extension"


class SingleSignOnFailed(Unauthenticated):
    """The SSO provider returned no valid identity."""

    code = "single_sign_on_failed"


class NotLinked(Forbidden):
    """The identity from the SSO provider is not linked to an account."""

    code = "not_linked"
