"""Content reports made by the verbs alone: Hana and Eve report, Rong answers for it, Ivy, Leo and Lena decide."""

from __future__ import annotations

from support.core.actors import Actor
from support.core.db import db, transaction
from support.core.platform_calls import CallState, call_named
from support.infringement import queries_reports as queries
from support.infringement import service_report_decisions as decisions
from support.infringement import service_reports
from support.infringement.lifecycle_reports import Ground
from support.infringement.models_reports import ContentReport, ReportedContent
from support.infringement.service import Listing
from support.workorders import service as workorders
from support.workorders.kind import kind_named
from support.workorders.models import WorkOrder
from support.workorders.queries import order_by_id
from tests.infringement.world import NoticeWorld

LINK = "https://market.example/item/1001"
REASON = "The shop is not what it says."


class ReportWorld:
    """What the people do about reports."""

    def __init__(self, notices: NoticeWorld) -> None:
        self.people = notices

    def file(
        self,
        who: Actor | None = None,
        ground: Ground = Ground.FRAUD,
        *links: str,
        owner: Actor | None = None,
        address: str = "",
    ) -> ContentReport:
        """A report as somebody files it; Rong owns what it names, or somebody behind an address."""
        reporter = who or self.people.hana
        owner_id = None if address else (owner or self.people.rong).id
        listings = [
            Listing(link, link, link.rpartition("/")[2], "Canary shop", owner_id, address)
            for link in links or (LINK,)
        ]
        with transaction():
            order = workorders.file_order(
                reporter,
                kind_named(service_reports.KIND),
                requester_id=reporter.id or 0,
                contact_id=None,
                topic=str(ground),
                subject="It is a fraud",
                body="The canary shop took my money.",
                language="en",
                now=self.people.now,
            )
            return service_reports.keep_report(reporter, order, listings, now=self.people.now)

    def order(self, report: ContentReport) -> WorkOrder:
        """The work order as it is now."""
        db.session.rollback()
        return order_by_id(queries.report_by_id(report.id).order_id)

    def case(self, report: ContentReport, position: int = 1) -> ReportedContent:
        """One of its links as it is now."""
        db.session.rollback()
        return queries.named_in(queries.report_by_id(report.id))[position - 1].case

    def remove(self, report: ContentReport, who: Actor | None = None) -> ReportedContent:
        """The clerk has a link removed, and the platform does it."""
        case = self.case(report)
        decisions.remove_content(
            who or self.people.ivy, case, ground="fraud", measure="block", words=REASON,
            version=case.version, now=self.people.now,
        )  # fmt: skip
        self.platform(case)
        return self.case(report)

    def keep(self, report: ContentReport, who: Actor | None = None) -> ReportedContent:
        """The clerk lets a link stay."""
        case = self.case(report)
        decisions.keep_content(
            who or self.people.ivy,
            case,
            words="It is lawful.",
            version=case.version,
            now=self.people.now,
        )
        return self.case(report)

    def platform(self, case: ReportedContent, state: CallState = CallState.DONE) -> None:
        """The platform answers the newest call about a link."""
        db.session.rollback()
        found = call_named(db.session.get_one(ReportedContent, case.id).call_uid or "")
        db.session.expunge(found)
        found.state = state
        decisions.follow_platform(found, self.people.now)
