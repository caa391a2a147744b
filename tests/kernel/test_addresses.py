from __future__ import annotations

import pytest
from django.urls import reverse

from kernel.addresses import address_of_code


@pytest.mark.parametrize("code", ["SO-1", "a b", "é", "50%", "x&y'z", "$1+1=2;(!)*", "a:b@c~d", "-", '"<>#?"'])
@pytest.mark.parametrize("view", ["orders:order", "orders:hold", "orders:product"])
def test_an_address_of_a_code_is_what_django_says(view: str, code: str) -> None:
    assert address_of_code(view, code) == reverse(view, args=[code])
