"""Coverage-guided fuzzing of one target with Atheris: `python drive.py TARGET CORPUS [libFuzzer options]`."""

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
with atheris.instrument_imports(include=["oracle"], enable_loader_override=False):
    from fuzzing.targets import TARGETS


def main() -> None:
    """Run until the budget is spent; a finding ends the process with its input in a file."""
    name, corpus = sys.argv[1], Path(sys.argv[2])
    target = TARGETS[name]
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], *sys.argv[3:], str(corpus)], target.take)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
