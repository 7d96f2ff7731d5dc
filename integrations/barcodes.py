"""Reads the barcodes in a picture."""

import io
import logging
import warnings

MAX_PIXELS = 40_000_000  # the largest phone cameras; a bomb unpacks to more
MAX_CODES = 20

log = logging.getLogger(__name__)


def read(content: bytes) -> list[str]:
    """The texts of all codes in reading order, each once; empty for a picture without any, or that is none."""
    import zxingcpp  # noqa: PLC0415  (heavy)
    from PIL import Image  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(content))
            if image.width * image.height > MAX_PIXELS:
                return []
            found = zxingcpp.read_barcodes(image.convert("L"))
    except (OSError, ValueError, SyntaxError) as error:
        log.info("not a picture: %s", error)
        return []
    texts = [each.text.strip() for each in found[:MAX_CODES] if each.text]
    return list(dict.fromkeys(text for text in texts if text.isprintable()))
