import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from gui.picture.caption import draw_box
from gui.picture.compare_view import CompareView
from gui.picture.shading import ab_of, colour_of, gray_image, rgb_image, shade, unsure_image
from gui.session.look import Mode

GRAY, RED = QColor(90, 90, 90), QColor(200, 30, 30)


@pytest.fixture
def view(qtbot):
    view = CompareView()
    qtbot.addWidget(view)
    view.resize(400, 200)
    gray = np.full((100, 200), 90, np.uint8)
    red = np.full((100, 200, 3), (200, 30, 30), np.uint8)
    view.set_pictures(gray_image(gray), rgb_image(red), QSizeF(200, 100))
    view.show()
    return view


def colour_at(view, x: int, y: int) -> QColor:
    image = view.grab().toImage()
    ratio = image.devicePixelRatio()
    return QColor(image.pixel(round(x * ratio), round(y * ratio)))


def drag(qtbot, view, start: QPoint, end: QPoint) -> None:
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(view, left, pos=start)
    qtbot.mouseMove(view, (start + end) / 2)
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, left, pos=end)


def test_the_line_parts_before_and_after_and_can_be_dragged(view, qtbot):
    assert colour_at(view, 100, 60) == GRAY
    assert colour_at(view, 300, 60) == RED
    drag(qtbot, view, QPoint(200, 100), QPoint(40, 100))
    assert view.split == pytest.approx(0.1)
    assert colour_at(view, 100, 60) == RED


@pytest.mark.parametrize(
    ("mode", "left", "right"),
    [(Mode.BEFORE, GRAY, GRAY), (Mode.AFTER, RED, RED), (Mode.SIDE, GRAY, RED)],
)
def test_each_mode_shows_its_pictures(view, mode, left, right):
    view.set_mode(mode)
    assert colour_at(view, 100, 110) == left
    assert colour_at(view, 300, 110) == right


def test_zoom_keeps_the_place_under_the_mouse(view):
    at = QPointF(320, 60)
    before = view.place(at)
    view.zoom(3.0, at)
    assert view.place(at) == pytest.approx(before)
    view.fit()
    assert view.scale == pytest.approx(2.0)


def test_one_to_one_is_one_pixel_for_one(view):
    view.one_to_one()
    assert view.scale == pytest.approx(1 / view.devicePixelRatioF())


def test_zoom_and_place_are_told(view, qtbot):
    view.set_pictures(view._before, view._after, QSizeF(2000, 1000))
    with qtbot.waitSignal(view.moved):
        view.one_to_one()
    assert view.visible().width() == pytest.approx(view.width() / view.scale)
    view.fit()
    assert view.visible() == QRectF(0, 0, 2000, 1000)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_the_focus_is_seen_on_any_picture(view, shade):
    """A contrast of 3 to 1 is what WCAG 2.2 (1.4.11) asks of the parts of a control."""
    plain = np.full((100, 200), shade, np.uint8)
    view.set_pictures(gray_image(plain), gray_image(plain), QSizeF(200, 100))
    view.setFocus()
    view.activateWindow()
    rings = [colour_at(view, 300, y) for y in range(6)]
    picture = colour_at(view, 300, 60)

    def luminance(colour):
        linear = [colour.redF(), colour.greenF(), colour.blueF()]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in linear]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    def contrast(one, other):
        low, high = sorted(map(luminance, (one, other)))
        return (high + 0.05) / (low + 0.05)

    assert view.hasFocus()
    assert max(contrast(ring, picture) for ring in rings) >= 3


def test_what_a_click_does_is_read_in_a_narrow_view(view):
    """The box of all words is inside the view, whose widths are those of small windows."""
    view.set_words(notes=["Klick oder Enter: Farbe geben oder ändern. Ziehen: verschieben."])
    for width in (260, 400):
        picture = QImage(width, 200, QImage.Format.Format_RGB32)
        painter = QPainter(picture)
        words, corner = "  ·  ".join(view._footer()), QPointF(8, 192)
        box = draw_box(painter, words, corner, below=False, most=width - 16)
        painter.end()
        assert QRectF(0, 0, width, 200).contains(box)


def test_a_click_is_a_place_and_a_drag_is_not(view, qtbot):
    view.set_mode(Mode.AFTER)
    view.edits_hints = True
    places = []
    view.clicked.connect(lambda x, y: places.append((x, y)))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 50))
    drag(qtbot, view, QPoint(100, 100), QPoint(150, 120))
    assert places == [pytest.approx((0.75, 0.25), abs=0.01)]


def test_hints_are_moved_and_removed(view, qtbot):
    view.set_mode(Mode.AFTER)
    view.edits_hints = True
    view.set_hints([(0.5, 0.5, QColor("blue"))])
    with qtbot.waitSignal(view.hint_moved) as moved:
        drag(qtbot, view, QPoint(200, 100), QPoint(300, 150))
    assert moved.args == [0, pytest.approx(0.75, abs=0.01), pytest.approx(0.75, abs=0.01)]
    with qtbot.waitSignal(view.hint_removed) as removed:
        qtbot.mouseClick(view, Qt.MouseButton.RightButton, pos=QPoint(300, 150))
    assert removed.args == [0]


def test_no_colour_gives_the_gray_picture():
    gray = np.arange(256, dtype=np.uint8).reshape(16, 16)
    ab = np.full((2, 2, 16, 16), 30, np.float16)
    rgb = shade(gray, ab, strength=0.0, vividness=0.5)
    assert np.abs(rgb.astype(int) - gray[..., None]).max() <= 1


def test_vividness_moves_between_the_two_colourings():
    gray = np.full((4, 4), 120, np.uint8)
    ab = np.zeros((2, 2, 4, 4), np.float16)
    ab[1, 0] = 60
    reds = [int(shade(gray, ab, 1.0, v)[0, 0, 0]) for v in (0.0, 0.5, 1.0)]
    assert reds[0] == 120
    assert reds[0] < reds[1] < reds[2]


def test_a_colour_survives_the_way_to_ab_and_back():
    a, b = ab_of(QColor(180, 120, 60))
    assert a > 0
    assert b > 0
    assert ab_of(colour_of(60, 20, -30)) == pytest.approx((20, -30), abs=1.5)


def test_only_unsure_places_are_covered():
    image = unsure_image(np.array([[255, 0]], np.uint8))
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(1, 0).alpha() > 150
