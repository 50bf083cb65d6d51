"""What the reviews refuse."""


class ReviewRefused(Exception):
    """The case does not take it now, or not that. `code`: `status`, `not_asked`, `amount`,
    `reasons`, `not_put_to_it`, `own_agency` or `answer`; of assessing also `override_reason`,
    `no_form`, `enough`, `not_begun`, `not_yours`, `done`, `unanswered`, `no_waiver`,
    `not_failing` and `waiver_there`; of costs and proposals `lines`, `failing`, `ceilings`,
    `dates`, `meets`, `text` and `changed`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
