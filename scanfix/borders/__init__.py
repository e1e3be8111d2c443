"""Where does the document lie in the photo? `find_border` answers, or says that it cannot."""

from scanfix.borders.detect import find_border

__all__ = ["find_border"]
