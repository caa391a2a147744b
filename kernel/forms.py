"""Forms whose verb has the last word."""

from __future__ import annotations

from django import forms

from kernel.errors import DomainError


class VerbForm(forms.Form):
    """A form whose verb may refuse: the words appear where the person typed.

    ``status`` is the HTTP status of the page that shows the form again.
    """

    status = 422

    def take_refusal(self, refusal: DomainError) -> None:
        """Show a verb's refusal at the fields it names, else above the form."""
        self.status = refusal.status
        for name, words in refusal.fields.items():
            self.add_error(name if name in self.fields else None, words)
        if not refusal.fields:
            self.add_error(None, refusal.detail)
