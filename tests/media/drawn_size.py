"""The size of the pictures that these tests draw."""

from tests import draw_photo

HEIGHT, WIDTH = draw_photo.SIZE
