"""order-dispatch: which orders are dispatched, in the shape of the hook and in that of its first draft."""

from collections.abc import Mapping
from typing import Any

from service.errors import NotUsable, json_type

OURS = ("ServiceRequest/",)


def dispatched(context: Mapping[str, Any]) -> tuple[str, ...]:
    """References of `dispatchedOrders` (an array) or of `order` (one); NotUsable where there is neither."""
    stated = context.get("dispatchedOrders", context.get("order"))
    if isinstance(stated, str):
        stated = [stated]
    if not isinstance(stated, list):
        found = "nothing" if stated is None else json_type(stated)
        raise NotUsable("context.dispatchedOrders", found, "an array of references such as ServiceRequest/103")
    references = tuple(each.strip() for each in stated if isinstance(each, str) and each.strip())
    if not references:
        raise NotUsable("context.dispatchedOrders", "no reference", "an array of references such as ServiceRequest/103")
    return references


def local(reference: str) -> str:
    """ "Type/id" of an absolute or versioned reference."""
    return "/".join(reference.split("/_history/")[0].rstrip("/").split("/")[-2:])
