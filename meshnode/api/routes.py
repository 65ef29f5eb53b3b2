"""The one table of routes."""

from dataclasses import replace

from meshnode.api.edge import Entry
from meshnode.api.models import agreements as agreement_models
from meshnode.api.models import backups as backup_models
from meshnode.api.models import cards as card_models
from meshnode.api.models import credentials as credential_models
from meshnode.api.models import decisions as decision_models
from meshnode.api.models import devices as device_models
from meshnode.api.models import distributions as sharing_models
from meshnode.api.models import evaluations as evaluation_models
from meshnode.api.models import events as event_models
from meshnode.api.models import incomes as income_models
from meshnode.api.models import keeping as keeping_models
from meshnode.api.models import networks as network_models
from meshnode.api.models import node as node_models
from meshnode.api.models import organisations as firm_models
from meshnode.api.models import people as people_models
from meshnode.api.models import records as record_models
from meshnode.api.models import rulings as ruling_models
from meshnode.api.models import settlements as settlement_models
from meshnode.api.models import shared as shared_models
from meshnode.api.models import tokens as token_models
from meshnode.api.models import work as work_models
from meshnode.api.resources import (
    agreements,
    backups,
    balances,
    cards,
    contributions,
    credentials,
    decisions,
    devices,
    distributions,
    docs,
    evaluations,
    events,
    inbox,
    incomes,
    keeping,
    login,
    logs,
    metrics,
    moves,
    networks,
    node,
    operations,
    organisations,
    people,
    recognitions,
    records,
    searches,
    settlements,
    statements,
    tokens,
    work,
)
from meshnode.api.site import Site
from meshnode.runtime.callers import Area

LISTED = ("limit", "cursor")
CHOSEN = ("mine", "who", "network", "agreement", "project", "batch", "kind", "stream", "comp", "coauthored")
"""By what contributions are chosen."""
SOUGHT = ("q", "who", "network", "agreement", "project", "kind", "type", "since", "until")
"""By what records are searched."""
WRITTEN = {
    **dict.fromkeys(("contributions", "timers", "projects"), Area.WORK),
    **dict.fromkeys(("agreements", "attestations", "ballots"), Area.MONEY),
    **dict.fromkeys(("incomes", "distributions", "settlements"), Area.MONEY),
}
"""The area of what changes something, by the first word of its path. Everything else is the owner's alone: ADMIN."""
SECRETS = ("/networks/{id}/invites", "/devices/pairing", "/log-file", "/config", "/bug-report", "/tokens")
"""What tells by which line others come in, or where files stand: for the owner alone, though it changes nothing."""

_ROUTES: tuple[Entry[Site], ...] = (
    Entry("GET", "/health", node.health),
    Entry("GET", "/node", node.status),
    Entry("POST", "/node/stop", node.stop, status=202),
    Entry("POST", "/node/trust", node.trust),
    Entry("POST", "/login-links", login.make_link, status=201),
    Entry("GET", "/doctor", node.doctor, patient=True),
    Entry("GET", "/state", node.state, query=("digests",), patient=True),
    Entry("GET", "/log-file", node.log_file),
    Entry("GET", "/config", operations.config),
    Entry("GET", "/bug-report", operations.bug_report, patient=True),
    Entry("GET", "/metrics", metrics.metrics, media="text/plain"),
    Entry(
        "GET",
        "/events",
        events.listen,
        query=("after", "kinds", "network", "agreement", "who", "changes"),
        stream=event_models.Happening,
    ),
    Entry("POST", "/sync", node.sync, node_models.SyncRequest, patient=True),
    Entry("POST", "/sync/file", node.sync_file, node_models.SyncFileRequest, patient=True),
    Entry("GET", "/tokens", tokens.list_tokens, query=LISTED),
    Entry("POST", "/tokens", tokens.create_token, token_models.TokenRequest, status=201),
    Entry("DELETE", "/tokens/{id}", tokens.revoke_token),
    Entry("GET", "/me", people.me),
    Entry("PUT", "/me/profile", people.put_profile, people_models.ProfileRequest),
    Entry("GET", "/devices", devices.list_devices, query=LISTED),
    Entry("GET", "/devices/this", devices.own_standing),
    Entry("GET", "/devices/pairing", devices.show_pairing),
    Entry("POST", "/devices/pairing", devices.open_pairing, device_models.PairingRequest, status=201),
    Entry("DELETE", "/devices/pairing", devices.close_pairing),
    Entry("POST", "/devices/pairing/confirm", devices.confirm, device_models.ConfirmRequest, status=201),
    Entry("POST", "/devices/{id}/revoke", devices.revoke, device_models.RevokeRequest, status=201),
    Entry("POST", "/recovery-lines", devices.vouch, device_models.RecoveryLineRequest, status=201),
    Entry("GET", "/card", cards.show_card, query=("as",)),
    Entry("POST", "/cards", cards.take_in_card, card_models.CardRequest),
    Entry("GET", "/networks", networks.list_networks, query=LISTED),
    Entry("POST", "/networks", networks.create_network, network_models.NetworkRequest, status=201),
    Entry("GET", "/networks/{id}", moves.show_network),
    Entry("POST", "/networks/{id}/split", moves.split, network_models.SplitRequest, status=201),
    Entry("POST", "/networks/{id}/merge", moves.merge, decision_models.MergeRequest, status=201),
    Entry("DELETE", "/networks/{id}", networks.leave_network, query=("as",), patient=True),
    Entry("GET", "/networks/{id}/members", networks.list_members, query=LISTED),
    Entry("POST", "/networks/{id}/members", networks.appoint, network_models.AppointRequest, status=201),
    Entry("POST", "/networks/{id}/removals", networks.remove_member, network_models.RemoveRequest, status=201),
    Entry("POST", "/networks/{id}/accept", networks.accept, shared_models.AsRequest, status=201),
    Entry("GET", "/networks/{id}/invites", networks.list_invites, query=LISTED),
    Entry("POST", "/networks/{id}/invites", networks.invite, network_models.InviteRequest, status=201),
    Entry("DELETE", "/networks/{id}/invites/{invite}", networks.withdraw_invite),
    Entry("POST", "/joins", networks.join, network_models.JoinRequest, status=201, patient=True),
    Entry("GET", "/decisions", decisions.list_decisions, query=(*LISTED, "scope", "all")),
    Entry("POST", "/decisions", decisions.propose, decision_models.DecisionRequest, status=201),
    Entry("GET", "/decisions/{id}", decisions.show_decision),
    Entry("POST", "/decisions/{id}/votes", decisions.vote, decision_models.VoteRequest, status=201),
    Entry("POST", "/decisions/{id}/carry-out", decisions.carry_out, status=201),
    Entry("GET", "/agreements", agreements.list_agreements, query=(*LISTED, "all")),
    Entry("POST", "/agreements", agreements.propose, agreement_models.AgreementRequest, status=201),
    Entry("GET", "/agreements/{id}", agreements.show_agreement),
    Entry("POST", "/agreements/{id}/versions", agreements.amend, agreement_models.AgreementRequest, status=201),
    Entry("POST", "/agreements/{id}/end", agreements.end, agreement_models.EndRequest, status=201),
    Entry("POST", "/agreements/{id}/resolutions", agreements.decide, ruling_models.RulingRequest, status=201),
    Entry("POST", "/agreements/{id}/signatures", agreements.sign, agreement_models.SignatureRequest, status=201),
    Entry("GET", "/organisations", organisations.list_organisations, query=LISTED),
    Entry("POST", "/organisations", organisations.create_organisation, firm_models.OrganisationRequest, status=201),
    Entry("POST", "/organisations/accepts", organisations.accept, firm_models.AcceptRequest, status=201, patient=True),
    Entry("GET", "/organisations/{id}", organisations.show_organisation),
    Entry("POST", "/organisations/{id}/staff", organisations.hire, firm_models.StaffRequest, status=201),
    Entry("POST", "/organisations/{id}/dismissals", organisations.dismiss, firm_models.DismissRequest, status=201),
    Entry("POST", "/organisations/{id}/resignation", organisations.resign, status=201, patient=True),
    Entry("GET", "/keeping", keeping.show_keeping),
    Entry("GET", "/follows", keeping.list_follows, query=LISTED),
    Entry("POST", "/follows", keeping.follow, keeping_models.ChoiceRequest, status=201, patient=True),
    Entry("DELETE", "/follows/{id}", keeping.unfollow),
    Entry("GET", "/blocks", keeping.list_blocks, query=LISTED),
    Entry("POST", "/blocks", keeping.block, keeping_models.ChoiceRequest, status=201),
    Entry("DELETE", "/blocks/{id}", keeping.unblock),
    Entry("GET", "/peers", people.list_peers, query=LISTED),
    Entry("POST", "/peers", people.add_peer, people_models.PeerRequest, status=201, patient=True),
    Entry("DELETE", "/peers/{id}", people.remove_peer),
    Entry("POST", "/peers/{id}/ping", people.ping_peer),
    Entry(
        "GET",
        "/contributions",
        contributions.list_contributions,
        query=(*LISTED, *CHOSEN),
    ),
    Entry("GET", "/contributions/sums", contributions.sum_contributions, query=CHOSEN),
    Entry("GET", "/contributions/hours", contributions.hours_of, query=(*CHOSEN, "by", "from", "to")),
    Entry("POST", "/contributions", work.log_contribution, work_models.ContributionRequest, status=201),
    Entry("GET", "/contributions/{id}", contributions.show_contribution),
    Entry("POST", "/contributions/{id}/share", work.share, work_models.ShareRequest, status=201),
    Entry("POST", "/contributions/{id}/correct", work.correct, work_models.CorrectRequest, status=201),
    Entry("POST", "/contributions/{id}/retract", work.retract, work_models.RetractRequest, status=201),
    Entry("POST", "/contributions/{id}/thank", work.thank, work_models.ThankRequest, status=201),
    Entry("GET", "/inbox", inbox.show_inbox, query=LISTED),
    Entry("GET", "/contributions/{id}/evaluation", evaluations.show_evaluation),
    Entry("POST", "/contributions/{id}/shares", evaluations.answer_share, evaluation_models.AnswerRequest, status=201),
    Entry("POST", "/attestations", evaluations.add_attestation, evaluation_models.AttestationRequest, status=201),
    Entry("GET", "/ballots", evaluations.list_ballots, query=(*LISTED, "agreement", "round")),
    Entry("POST", "/ballots", evaluations.cast_ballot, evaluation_models.BallotRequest, status=201),
    Entry("GET", "/incomes", incomes.list_incomes, query=(*LISTED, "agreement", "latest")),
    Entry("POST", "/incomes", incomes.add_income, income_models.IncomeRequest, status=201),
    Entry("GET", "/incomes/{id}", incomes.show_income),
    Entry("POST", "/incomes/{id}/answers", incomes.confirm_income, evaluation_models.AnswerRequest, status=201),
    Entry("GET", "/distributions", distributions.list_distributions, query=(*LISTED, "agreement", "latest")),
    Entry("POST", "/distributions", distributions.propose_distribution, sharing_models.DistributionRequest, status=201),
    Entry("POST", "/distributions/preview", distributions.preview_distribution, sharing_models.PreviewRequest),
    Entry("GET", "/distributions/{id}", distributions.show_distribution),
    Entry("GET", "/distributions/{id}/explanation", distributions.explain_distribution, query=("person",)),
    Entry(
        "POST",
        "/distributions/{id}/approvals",
        distributions.approve_distribution,
        evaluation_models.AnswerRequest,
        status=201,
    ),
    Entry("GET", "/settlements", settlements.list_settlements, query=(*LISTED, "agreement", "latest")),
    Entry("POST", "/settlements", settlements.add_settlement, settlement_models.SettlementRequest, status=201),
    Entry("GET", "/settlements/{id}", settlements.show_settlement),
    Entry(
        "POST", "/settlements/{id}/answers", settlements.confirm_settlement, evaluation_models.AnswerRequest, status=201
    ),
    Entry("GET", "/balances", balances.list_balances, query=(*LISTED, "agreement", "mine")),
    Entry("GET", "/plan", balances.show_plan, query=(*LISTED, "agreement", "mine")),
    Entry("GET", "/statements", statements.show_statement, query=("person", "agreement", "from", "to")),
    Entry("GET", "/recognitions", recognitions.list_recognitions, query=(*LISTED, "for", "to", "by")),
    Entry("GET", "/timers", work.list_timers, query=LISTED),
    Entry("POST", "/timers", work.start_timer, work_models.TimerRequest, status=201),
    Entry("POST", "/timers/stop", work.stop_timer, work_models.StopRequest),
    Entry("GET", "/projects", work.list_projects, query=LISTED),
    Entry("POST", "/projects", work.create_project, work_models.ProjectRequest, status=201),
    Entry("GET", "/projects/{id}", work.show_project),
    Entry("GET", "/records/{id}", records.show_record),
    Entry("GET", "/records/{id}/why", records.why),
    Entry("POST", "/records/{id}/reaffirm", organisations.reaffirm, status=201),
    Entry("POST", "/records/{id}/verify", records.verify),
    Entry("GET", "/logs", logs.list_logs, query=LISTED),
    Entry("GET", "/search", searches.search, query=(*LISTED, *SOUGHT)),
    Entry("GET", "/forks", records.list_forks, query=LISTED),
    Entry("POST", "/erasures", records.erase, record_models.ErasureRequest, status=201),
    Entry("POST", "/imports", records.start_import, record_models.ImportRequest, patient=True),
    Entry("GET", "/imports", records.list_imports, query=LISTED),
    Entry("DELETE", "/imports/{batch:path}", records.undo_import, patient=True),
    Entry("POST", "/exports", records.export, record_models.ExportRequest, patient=True),
    Entry("POST", "/credentials", credentials.make_cv, credential_models.CvRequest, status=201, patient=True),
    Entry("GET", "/backups", backups.list_backups),
    Entry("POST", "/backups", backups.create_backup, backup_models.BackupRequest, status=201, patient=True),
)


def _proposable(entry: Entry[Site]) -> Entry[Site]:
    """What is signed for an organisation can be proposed, where its charter asks for a decision of its founders."""
    signs = "as_" in entry.body.__struct_fields__ or ("as" in entry.query and entry.method != "GET")
    if not signs and entry.handle is not organisations.hire:
        return entry
    return replace(entry, handle=decisions.or_proposed(entry.handle), query=(*entry.query, "propose"))


def _in_area(entry: Entry[Site]) -> Entry[Site]:
    """A route in the area of what it is about: whoever may read may ask everything that tells no secret."""
    if entry.method == "GET":
        return replace(entry, area=Area.ADMIN if entry.path in SECRETS else Area.READ)
    return replace(entry, area=WRITTEN.get(entry.path.split("/")[1], Area.ADMIN))


ROUTES: tuple[Entry[Site], ...] = (
    *(_in_area(_proposable(entry)) for entry in _ROUTES),
    *docs.documented(lambda: ROUTES),
)
"""Every route: method, path below /v1, handler, body, status of success, names allowed in the query, area."""
