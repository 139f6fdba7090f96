"""The sky of a landscape: three colours, a sun or moon with its glow, clouds or stars."""

from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from bot.demo.palettes import Palette


def paint_sky(size: tuple[int, int], palette: Palette, chance: Random) -> Image.Image:
    """A whole sky; its lower third is what lies behind the hills."""
    sky = _gradient(size, palette)
    if palette.night:
        _stars(sky, chance)
    sky = _sun(sky, palette, chance)
    for row in range(3):
        _cloud_bank(sky, palette, chance, row)
    return _grained(sky)


def _gradient(size: tuple[int, int], palette: Palette) -> Image.Image:
    fall = Image.linear_gradient("L").point([min(v * 10 // 7, 255) for v in range(256)])
    coloured = ImageOps.colorize(fall, palette.sky[0], palette.sky[2], mid=palette.sky[1])
    return coloured.resize(size, Image.Resampling.BICUBIC)


def _stars(sky: Image.Image, chance: Random) -> None:
    draw = ImageDraw.Draw(sky, "RGBA")
    scale = min(sky.size) / 540
    for _ in range(170):
        x, y = chance.random() * sky.width, chance.random() ** 1.5 * sky.height * 0.6
        radius = chance.choice((0.5, 0.6, 0.8, 1.3)) * scale
        spot = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(spot, (255, 255, 255, chance.randrange(90, 240)))


def _sun(sky: Image.Image, palette: Palette, chance: Random) -> Image.Image:
    """A disc with two glows around it, added as light."""
    shorter = min(sky.size)
    x = sky.width * chance.choice((chance.uniform(0.2, 0.38), chance.uniform(0.62, 0.8)))
    y = sky.height * (chance.uniform(0.2, 0.3) if palette.night else chance.uniform(0.34, 0.44))
    radius = shorter * (0.062 if palette.night else 0.088)
    light = Image.new("RGB", sky.size)
    for reach, strength in ((11.0, 0.42), (3.6, 0.5)):
        _glow(light, (x, y), radius * reach, palette, strength)
    lit = ImageChops.screen(sky, light)
    _disc(lit, (x, y), radius, palette)
    return lit


def _glow(
    light: Image.Image, at: tuple[float, float], reach: float, palette: Palette, strength: float
) -> None:
    side = round(reach * 2)
    near = [round(max(1 - v / 180, 0) ** 2 * 255 * strength) for v in range(256)]
    mask = Image.radial_gradient("L").point(near).resize((side, side), Image.Resampling.BICUBIC)
    spot = Image.new("RGB", light.size)
    spot.paste(palette.light, (round(at[0] - reach), round(at[1] - reach)), mask)
    light.paste(ImageChops.screen(light, spot))


def _disc(sky: Image.Image, at: tuple[float, float], radius: float, palette: Palette) -> None:
    side = round(radius * 2)
    mask = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(mask).ellipse((0, 0, side * 4 - 1, side * 4 - 1), fill=255)
    small = mask.resize((side, side), Image.Resampling.LANCZOS)
    sky.paste(palette.light, (round(at[0] - radius), round(at[1] - radius)), small)


def _cloud_bank(sky: Image.Image, palette: Palette, chance: Random, row: int) -> None:
    """Long soft streaks, lighter towards the horizon."""
    mask = Image.new("L", (sky.width // 2, sky.height // 2))
    draw = ImageDraw.Draw(mask)
    height = mask.height * (0.14 + 0.16 * row)
    for _ in range(5):
        x, y = chance.uniform(-0.1, 1) * mask.width, height + chance.gauss(0, mask.height * 0.03)
        for _ in range(4):
            long = mask.width * chance.uniform(0.06, 0.2)
            thick = max(mask.height * chance.uniform(0.004, 0.014), 1)
            dx, dy = chance.gauss(0, long * 0.5), chance.gauss(0, thick * 1.6)
            spot = (x + dx - long, y + dy - thick, x + dx + long, y + dy + thick)
            draw.ellipse(spot, fill=40 if palette.night else 88)
    soft = mask.filter(ImageFilter.GaussianBlur(mask.height * 0.012))
    colour = palette.sky[1] if palette.night else palette.light
    sky.paste(colour, (0, 0), soft.resize(sky.size, Image.Resampling.BICUBIC))


def _grained(sky: Image.Image) -> Image.Image:
    """A breath of noise: eight bits alone would show the gradient in bands."""
    noise = Image.effect_noise(sky.size, 3).convert("RGB")
    return ImageChops.add(sky, noise, offset=-128)
