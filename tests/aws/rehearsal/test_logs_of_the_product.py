"""What the local cloud logs of the product, as CloudWatch has it in AWS: each request by its route, each line by ids.

That no line names a reader is asked at the end of every test that has the fixture `product`.
"""

from __future__ import annotations

import json

from tests.support.stack.log_lines import told_of_readers
from tests.support.stack.product_over_http import Product, link_to

READER = "maija@example.com"


def requests(product: Product) -> list[dict[str, str]]:
    """The access log, oldest first."""
    lines = [json.loads(line) for line in product.cloud.log_groups.lines() if '"route"' in line]
    return [line for line in lines if "route" in line]


def test_a_request_is_logged_by_its_route_and_never_with_its_token(product: Product) -> None:
    product.subscribe(READER, "linkedin")
    link = link_to("c", product.digest_for(READER))
    assert product.get(f"{link}?utm_source={READER}").status == 302
    assert product.get(f"{link}x?email={READER}").status == 404
    assert product.get(f"/nothing/{READER}").status == 404
    clicked, altered, unknown = requests(product)[-3:]
    assert (clicked["route"], clicked["status"], clicked["integration_status"]) == (
        "ANY /c/{token}/{link}",
        "302",
        "200",
    )
    assert (altered["route"], altered["status"]) == ("ANY /c/{token}/{link}", "404")
    assert (unknown["route"], unknown["status"], unknown["integration_status"]) == ("-", "404", "-")
    assert int(clicked["ms"]) >= 0


def test_the_question_whether_a_line_names_a_reader_has_an_answer(product: Product) -> None:
    """It would find an address and a token, however they are spelled."""
    product.subscribe(READER, "linkedin")
    (mail,) = product.mails(READER, "confirmation")
    token = link_to("confirm", mail).rpartition("/")[2]
    for line in (
        f"to {READER}",
        "to maija%40example.com",
        'to "somebody.else@elsewhere.example"',
        f"GET /confirm/{token}",
    ):
        assert told_of_readers([line], [mail]), line
    assert told_of_readers(["subscriber 7f3a, mailing digest-2026-W48"], [mail]) == []
    assert [line for line in product.cloud.log_groups.lines() if '"form confirmed"' in line], "there is what to look at"
