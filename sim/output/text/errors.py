"""Errors as people read them: in English as they were raised, in other languages translated."""

from dataclasses import replace

from sim.core.errors import Problem, ScenarioError
from sim.output.words import say, translated


def error_text(error: Exception, lang: str) -> str:
    """The text of an error with its notes; of a scenario, all its problems."""
    if isinstance(error, ScenarioError):
        return _problems_text(error, lang)
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        # The number that the system gives it says nothing to people.
        files = " → ".join(str(file) for file in (error.filename, error.filename2) if file is not None)
        return say(lang, "help.of-file", file=files, reason=translated(lang, error.strerror))
    notes: list[str] = getattr(error, "__notes__", [])
    return "\n".join(_line_text(line, lang) for text in (str(error), *notes) for line in text.splitlines())


def _line_text(line: str, lang: str) -> str:
    said = line.lstrip()
    return line[: len(line) - len(said)] + translated(lang, said)


def _problems_text(error: ScenarioError, lang: str) -> str:
    count = len(error.problems)
    heading = say(lang, "help.problems", source=translated(lang, error.source), n=count)
    shown = [f"  {_problem_text(each, lang)}" for each in error.shown]
    more = [say(lang, "help.more-problems", more=count - len(shown))] if len(shown) < count else []
    return "\n".join([heading, *shown, *more])


def _problem_text(problem: Problem, lang: str) -> str:
    line = "" if problem.line is None else say(lang, "help.line", number=problem.line)
    return replace(problem, message=translated(lang, problem.message)).told(line)
