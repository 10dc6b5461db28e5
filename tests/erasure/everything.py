"""Somebody who used all of it: twenty values of theirs, one in each place that a desk keeps things of people."""

from __future__ import annotations

import io
from collections.abc import Mapping

from support.accounts import service, service_contact_persons, service_profile
from support.core import files
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import transaction
from support.workorders import service as workorders
from support.workorders import service_drafts
from support.workorders.kind import SUGGESTION
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder
from tests.accounts.names import verify
from tests.accounts.people import actor_of, opened
from tests.accounts.people import make_member as registered
from tests.workorders.desk_world import make_order

PASSWORD = "three green umbrellas"
CANARIES: Mapping[str, str] = {
    "member name": "canarymember77",
    "e-mail": "canary.finch@hidden-aviary.example",
    "mobile": "13900138777",
    "mobile as grouped": "139 0013 8777",
    "Chinese name": "欧阳翠鸟",
    "Latin name": "Ouyang Cuiniao",
    "organisation": "翠鸟笼舍有限公司",
    "street": "17 Hidden Perch Lane",
    "website": "https://kea-house.example/",
    "contact person": "Philippa Kanarienvogel",
    "position": "Keeper of the lories",
    "subject": "My quetzal parcel is gone",
    "message": "The toucan was blue and cost a lot",
    "idea": "Let cockatoos answer the telephone",
    "later message": "Still no toucan here, and it is Friday",
    "file name": "hoatzin-receipt.txt",
    "file": "shoebill paid in full",
    "draft": "I never sent this about my kakapo",
    "device": "Firefox, Kiwi OS",
    "network": "198.51.100.77",
}


class Everything:
    """Alice, with all of that, her orders, and what others wrote of her."""

    def __init__(self, mei: Actor, bob: Actor, orders: int = 1) -> None:
        said = CANARIES
        self.id = registered(
            said["member name"], said["e-mail"], "+86" + said["mobile"], password=PASSWORD
        )
        self.alice = actor_of(opened(said["e-mail"], password=PASSWORD))
        opened_there(said["member name"], said["network"], said["device"])
        values = {each: said[each] for each in ("street", "organisation", "website")}
        service_profile.save_profile(
            self.alice, enterprise=False, values=values | {"country": "CN"}, version=0
        )
        verify(self.id, said["Chinese name"], other_name=said["Latin name"])
        service_contact_persons.add_contact_person(
            self.alice, name=said["contact person"], position=said["position"], authorised=True
        )
        self.orders = [self._order(mei, number) for number in range(orders)]
        self._draft()
        make_order(self.alice, "An idea", said["idea"], kind=SUGGESTION)
        self.other = self._others(mei, bob)

    def _order(self, mei: Actor, number: int) -> WorkOrder:
        said = CANARIES
        order = make_order(self.alice, said["subject"], f"{said['message']} ({number})")
        self._file(order)
        workorders.reply(
            mei,
            order,
            body=f"Dear {said['Latin name']}, we called {said['mobile as grouped']} and wrote to {said['e-mail']}.",
            language="en",
            version=order.version,
            then=Status.OPEN,
        )
        workorders.add_note(
            mei, order, body=f"{said['Chinese name']}先生住在{said['street']}，已核实。"
        )
        workorders.answer(self.alice, order, body=said["later message"], language="en")
        return order

    def _file(self, order: WorkOrder) -> None:
        data = CANARIES["file"].encode()
        owner = f"person:{self.id}"
        kept = files.intake(io.BytesIO(data), CANARIES["file name"], len(data), owner)
        message = workorders.first_message(order)
        with transaction():
            files.attach([kept.uid], owner, message.stream, person=owner)

    def _draft(self) -> None:
        fields = {"body": CANARIES["draft"]}
        service_drafts.save_draft(f"person:{self.id}", "new:question", fields, now=utcnow())

    @staticmethod
    def _others(mei: Actor, bob: Actor) -> WorkOrder:
        """Bob's order, in which Bob and Mei write of her."""
        said = CANARIES
        order = make_order(
            bob,
            "A seller cheated me",
            f"The seller {said['Chinese name']} called from {said['mobile']}.",
        )
        workorders.add_note(
            mei,
            order,
            body=f"Same seller as {said['e-mail']}, firm {said['organisation']}; Bob is right.",
        )
        return order


def opened_there(name: str, address: str, device: str) -> None:
    """Sign somebody in from a place of its own."""
    service.sign_in_with_password(name, PASSWORD, address=address, device=device)
