"""The folder that exported files are put into: for its owner alone, and never more than so many."""

from dataclasses import dataclass
from pathlib import Path

EXPORTS = "exports"  # in the data folder
MAX_FILES_KEPT = 200  # the oldest go first: a file is sent at once, and can be made again


@dataclass(frozen=True, slots=True)
class ExportFolder:
    """Meets `bot.proving.Shelf`."""

    folder: Path

    def place(self, name: str) -> Path:
        """A path nothing stands at, beside what was exported before."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._make_room()
        stem, suffix = Path(name).stem, Path(name).suffix
        numbered = (self.folder / f"{stem}{f'-{number}' if number else ''}{suffix}"
                    for number in range(MAX_FILES_KEPT + 1))
        return next(path for path in numbered if not path.exists())

    def _make_room(self) -> None:
        kept = sorted((path for path in self.folder.iterdir() if path.is_file()),
                      key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[MAX_FILES_KEPT - 1:]:
            path.unlink(missing_ok=True)
