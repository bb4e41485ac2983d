"""Who may see and change facts: seeing derives from the scope, only verbs have rules of their own."""

from leads.choices import Role
from leads.models import Account, Lead, User

_EDITS_ALL = frozenset({Role.MARKETER, Role.MARKETING_MANAGER, Role.OPERATIONS})
_EDITS_VISIBLE = frozenset({Role.REP, Role.QUALIFIER, Role.SALES_MANAGER})


def can_see_lead(user: User, lead_id: int) -> bool:
    """Tell whether this lead lies within the person's scope."""
    return Lead.objects.visible_to(user).filter(pk=lead_id).exists()


def edits_facts(user: User) -> bool:
    """Tell whether this person may change facts of the leads in sight; leaders only read."""
    return user.role in _EDITS_ALL | _EDITS_VISIBLE


def logs_touches(user: User) -> bool:
    """Tell whether this person logs touches with the leads in sight: whoever works with people."""
    return user.role != Role.OPERATIONS and edits_facts(user)


def can_edit_facts(user: User, lead: Lead) -> bool:
    """Tell whether this person may change facts of the lead."""
    return edits_facts(user) and can_see_lead(user, lead.pk)


def can_log_touch(user: User, lead: Lead) -> bool:
    """Tell whether this person may log a touch with the lead."""
    return logs_touches(user) and can_see_lead(user, lead.pk)


def can_bring(user: User) -> bool:
    """Tell whether this person may bring facts in bulk: whoever may edit any, also operations' machines."""
    return user.is_active and user.role in _EDITS_ALL | _EDITS_VISIBLE


def can_bring_touches(user: User, lead: Lead) -> bool:
    """Tell whether this person's machines may bring touches of the lead; by hand operations logs none."""
    return can_bring(user) and can_see_lead(user, lead.pk)


def can_create(user: User) -> bool:
    """Tell whether this person may create leads and accounts: whoever sees all of them and edits them."""
    return user.is_active and user.role in _EDITS_ALL


def can_edit_account(user: User, account: Account) -> bool:
    """Tell whether this person may change facts of an account: of any, or of one that is theirs."""
    return can_create(user) or (user.is_active and account.owner_id == user.pk)
