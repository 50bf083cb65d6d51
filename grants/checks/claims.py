"""Why money cannot be claimed, booked back or carried over."""


class ClaimRefused(Exception):
    """It cannot be done. `code`: `nothing` (to claim), `carry_over` (the grantee has asked to use
    it), `under_way` (a payment is), `day` (too early), `amount`, `reference`, `grounds`,
    `waiting` (a proposal or request does already), `decided`, `same_person`, `registered` (by
    whoever would decide it), `not_allowed` (the call lets nothing be carried over), `late` (the
    grant is not in force any more), `reasons` or `answer`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
