"""A wish to leave: nothing but that, that among other things, or none."""

from __future__ import annotations

import pytest

from newsletter.replies.judging.leave_wish import LeaveWish, leave_wish
from newsletter.replies.judging.rules import the_rules

ANSWER = "VS: Marraskuun kirje"

ONLY = [
    "poista minut listalta",
    "Poista minut listalta.",
    "POISTAKAA MINUT LISTALTANNE!",
    "Hei, voisitteko poistaa minut postituslistalta? Kiitos".replace("?", "."),
    "Haluan pois postituslistalta",
    "Poistakaa sähköpostiosoitteeni rekisteristänne, kiitos.",
    "Hei!\n\nPyydän poistamaan osoitteeni uutiskirjeen tilaajista.\n\nKiitos etukäteen\nMatti Aalto",
    "peru tilaus",
    "Perun tilauksen.",
    "Perun uutiskirjeen tilauksen",
    "Peruuttakaa tilaukseni heti",
    "Haluan peruuttaa uutiskirjeen",
    "Lopettakaa uutiskirjeiden lähettäminen",
    "Lopettakaa näiden viestien lähettäminen!",
    "Irtisanon uutiskirjeen tilauksen.",
    "Sluta skicka!",
    "En halua enää uutiskirjeitä.",
    "En halua enää vastaanottaa näitä viestejä",
    "Älkää lähettäkö minulle enää postia",
    "Uutiskirjeen peruutus",
    "avsluta prenumerationen",
    "Avsluta min prenumeration, tack!",
    "Hej! Jag vill avsluta min prenumeration. Tack på förhand",
    "Ta bort mig från listan",
    "Vänligen ta bort mig från er sändlista",
    "Hej, kan ni ta bort mig från utskicken tack",
    "avregistrera mig",
    "Avregistrera",
    "Jag vill inte ha fler nyhetsbrev",
    "Avprenumerera",
    "unsubscribe",
    "Unsubscribe me please",
    "Please unsubscribe",
    "Hi, please remove me from your mailing list. Thanks!",
    "Take me off this list",
    "Cancel my subscription",
    "I would like to unsubscribe from your newsletter. Thank you.",
    "I no longer wish to receive these emails",
    "Please stop sending me emails",
    "Could you please remove my email address from the list. Thanks, Matti",
    "STOP",
    "Voisitteko poistaa minut listalta?",
    "Hei! Poistaisitteko minut postituslistalta? Kiitos!",
    "Hej, kan ni ta bort mig från listan? Tack",
    "Can you please unsubscribe me?",
    "Hei Anna,\n\npoista minut listalta.\n\nKiitos Anna!",
    "Hej poista minut listalta",
    "opt out",
]
AMONG_OTHERS = [
    "Poistakaa Pekka listalta, hän on muualla töissä.",
    "Älkää lähettäkö näitä minulle, vaan kollegalleni Annalle.",
    "Poistakaa minut listalta, ja soittakaa minulle tarjouksesta.",
    "Peru tilaus. Paljonko valmennus maksaa?",
    "Perun tilauksen, koska vaihdan työpaikkaa. Seuraajani on Anna.",
    "how do I unsubscribe my colleague?",
    "Avsluta prenumerationen, men ring mig gärna om kursen.",
    "Kan ni ta bort mig från listan och lägga till Anna i stället?",
    "Please unsubscribe me, and tell Anna I said hello.",
    "unsubscribe my colleague Anna",
    "Miten peruutan tilauksen?",
    "I tried to unsubscribe but the page was empty",
    "Unsubscribe?",
    "Can you unsubscribe my colleague?",
    "Voisitteko poistaa minut listalta? Soittakaa samalla.",
    "Unsubscribe. Please call me",
    "Poista minut listalta. Kiitos soitosta eilen",
    "Avsluta prenumerationen. Hej då så länge",
    "Ei enää, kiitos",
    "Inte mer, tack!",
    "No more, thanks",
]
NONE = [
    "",
    "Kiitos!",
    "Matti",
    "en halua perua tilausta",
    "En todellakaan halua perua tilausta, päinvastoin!",
    "poista tämä mainos",
    "Poistakaa tämä mainos sivultanne",
    "Älkää poistako minua listalta",
    "Jag vill inte avsluta prenumerationen",
    "Please don't unsubscribe me",
    "I do not want to unsubscribe, only to change my address.",
    "Voisimmeko sparrata?",
    "Poistuin kokouksesta kesken, mitä sovittiin?",
    "Stop motion is what we do. Interested?",
    "En halua enempää kuin tunnin puhelun",
    "Haluan pois tästä kierteestä, auttakaa",
    "Ta bort den här bilden från sidan",
    "Tilaukseni ei tullut perille",
    "Emme pelkää LinkedIniä, ei enää kiitos teidän",
]


def judged(own: str, subject: str = ANSWER) -> LeaveWish:
    return leave_wish(own, subject, "Matti Aalto", "matti.aalto@example.com", the_rules())


@pytest.mark.parametrize("own", ONLY)
def test_a_polite_wish_and_no_word_more_is_a_wish_alone(own: str) -> None:
    assert judged(own) is LeaveWish.ONLY


@pytest.mark.parametrize("own", AMONG_OTHERS)
def test_who_says_more_or_asks_is_left_to_a_person(own: str) -> None:
    assert judged(own) is LeaveWish.AMONG_OTHERS


@pytest.mark.parametrize("own", NONE)
def test_what_is_no_wish_or_denies_one_is_none(own: str) -> None:
    assert judged(own) is LeaveWish.NONE


@pytest.mark.parametrize("own", ["", "Kiitos", "Please unsubscribe me"])
def test_a_subject_of_the_readers_own_is_a_wish_too(own: str) -> None:
    assert judged(own, "Unsubscribe") is LeaveWish.ONLY


def test_a_wish_in_the_subject_with_more_in_the_text_is_left_to_a_person() -> None:
    assert judged("Can you call me?", "Unsubscribe") is LeaveWish.AMONG_OTHERS


def test_the_subject_of_the_mail_that_is_answered_is_not_the_readers() -> None:
    assert judged("Interesting!", "Re: Unsubscribe") is LeaveWish.NONE


def test_who_writes_much_says_more_than_a_wish() -> None:
    assert judged("Unsubscribe. " * 40) is LeaveWish.AMONG_OTHERS


@pytest.mark.parametrize(
    "own",
    [
        "Poista osoite matti.aalto@example.com listalta",
        "Poistakaa Matti.Aalto@example.com postituslistaltanne, kiitos.",
        "Please remove <matti.aalto@example.com> from the mailing list.\n\nMatti Aalto\nmatti.aalto@example.com",
        "Ta bort matti.aalto@example.com från listan",
        "Unsubscribe matti.aalto@example.com",
    ],
)
def test_a_wish_may_name_the_senders_own_address(own: str) -> None:
    assert judged(own) is LeaveWish.ONLY
    assert judged(own.replace("atti", "aija")) is LeaveWish.AMONG_OTHERS


@pytest.mark.parametrize(
    "own",
    [
        "En enää työskentele siellä, joten poistakaa osoitteeni.",
        "Peru minun ja vaimoni tilaus",
        "Irtisanon tilauksen maksamatta",
        "Poistakaa kaikki tietoni",
        "Radera alla mina uppgifter",
        "Delete all my data",
        "Poista pomoni listalta",
        "Please remove Anna from the mailing list",
    ],
)
def test_who_wishes_that_somebody_or_something_goes_gets_a_hint(own: str) -> None:
    assert judged(own) is LeaveWish.AMONG_OTHERS


@pytest.mark.parametrize(
    "own",
    [
        "Lopettakaa uutiskirjeen lähettäminen",
        "Lopeta",
        "Lopettakaa, kiitos.",
        "Peru tilaukseni kiitos 🙏",
        "Unsubscribe 😡\n👎🏽",
    ],
)
def test_a_wish_with_a_picture_letter_is_a_wish(own: str) -> None:
    assert judged(own) is LeaveWish.ONLY


def test_who_does_not_wish_to_be_removed_gets_no_hint() -> None:
    assert judged("I don't want to be removed from the list") is LeaveWish.NONE
    assert judged("I do not want it please remove me from the list") is LeaveWish.AMONG_OTHERS
