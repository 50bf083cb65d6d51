"""Definition documents: texts in two languages, and questionnaires with their answers.

Pure: no database. Text: `LocalText`, `Document`, `Key`, `Code`. Questionnaire:
`Questionnaire`, `Section`, `Question`, `QuestionKind`, `Option`, `OptionList`, `Condition`,
`Placed`, `WHOLE`. Answers: `Answers`, `AnswerState`, `Problem`, `ProblemCode`, `UnfitValueError`,
`canonical_value`, `choice_problems`, `visible_questions`, `answer_state`, `validate_answers`.
Reading: `summary`, `describe`. Files: `read_document`, `check_document`, `write_document`,
`DefinitionError`, `DefinitionFault`.
"""

from core.definitions.answers import (
    INCOMPLETE,
    Answers,
    AnswerState,
    Problem,
    ProblemCode,
    UnfitValueError,
    answer_state,
    canonical_value,
    choice_problems,
    ordered_options,
    validate_answers,
    visible_questions,
)
from core.definitions.files import (
    DefinitionError,
    DefinitionFault,
    check_document,
    read_document,
    write_document,
)
from core.definitions.projections import (
    ConditionText,
    QuestionText,
    SectionText,
    SummaryLine,
    SummarySection,
    describe,
    summary,
)
from core.definitions.questionnaire import (
    WHOLE,
    Condition,
    Option,
    OptionList,
    Placed,
    Question,
    QuestionKind,
    Questionnaire,
    Section,
)
from core.definitions.text import Code, Document, Key, LocalText

__all__ = [
    "INCOMPLETE",
    "WHOLE",
    "AnswerState",
    "Answers",
    "Code",
    "Condition",
    "ConditionText",
    "DefinitionError",
    "DefinitionFault",
    "Document",
    "Key",
    "LocalText",
    "Option",
    "OptionList",
    "Placed",
    "Problem",
    "ProblemCode",
    "Question",
    "QuestionKind",
    "QuestionText",
    "Questionnaire",
    "Section",
    "SectionText",
    "SummaryLine",
    "SummarySection",
    "UnfitValueError",
    "answer_state",
    "canonical_value",
    "check_document",
    "choice_problems",
    "describe",
    "ordered_options",
    "read_document",
    "summary",
    "validate_answers",
    "visible_questions",
    "write_document",
]
