"""English commands as Home Assistant users speak them."""
import random

from .dictionary import english_words
from .templates import Grammar, sentence_case

ROOMS = """living room|kitchen|bedroom|bathroom|hallway|office|garage|attic|basement|dining room|guest room|guest bathroom|
master bedroom|kids room|children's room|nursery|laundry room|utility room|pantry|porch|patio|terrace|balcony|garden|
front yard|backyard|driveway|entrance|entryway|foyer|staircase|stairs|landing|corridor|closet|walk-in closet|den|study|
library|playroom|game room|gym|workshop|shed|greenhouse|pool|sauna|cellar|wine cellar|conservatory|sunroom|lounge|
family room|media room|home theater|studio|loft|mudroom|toilet|powder room|upstairs|downstairs|first floor|second floor|
ground floor|top floor|spare room|boys room|girls room|barn|carport|roof|courtyard|deck|veranda""".replace("\n", "").split("|")
LIGHTS = """light|lights|lamp|lamps|ceiling light|floor lamp|desk lamp|table lamp|night light|bedside lamp|reading lamp|
spotlight|spotlights|chandelier|light strip|LED strip|wall light|string lights|fairy lights|main light|overhead light|
reading light|mirror light|cabinet lights|counter lights|Christmas lights|Christmas tree|lantern|flood light|bulb""".replace("\n", "").split("|")
DEVICES = """fan|ceiling fan|heater|radiator|air conditioner|air conditioning|humidifier|dehumidifier|air purifier|TV|television|
radio|speaker|speakers|stereo|soundbar|projector|coffee maker|coffee machine|kettle|toaster|oven|stove|microwave|
dishwasher|washing machine|dryer|fridge|freezer|computer|monitor|printer|router|camera|doorbell|sprinkler|sprinklers|
irrigation|pump|pool pump|fountain|boiler|water heater|electric blanket|towel warmer|iron|vacuum|robot vacuum|mower|
lawn mower|outlet|plug|smart plug|switch|charger|car charger|alarm|siren|thermostat|extractor fan|exhaust fan|hood|
fireplace|aquarium|fish tank|baby monitor|game console|PlayStation|media player|screen|tablet|clock|sound machine""".replace("\n", "").split("|")
COVERS = """blinds|blind|curtains|curtain|shutters|shutter|shades|shade|awning|drapes|roller blind|roller shutter|
skylight|window|windows|door|garage door|front door|back door|gate|valve""".replace("\n", "").split("|")
LOCKS = "front door|back door|door|garage door|gate|side door|patio door|cellar door|main door|basement door|shed|safe".split("|")
COLORS = """red|blue|green|yellow|orange|purple|pink|white|warm white|cool white|turquoise|cyan|magenta|violet|teal|gold|
lime|lavender|indigo|coral|salmon|amber|crimson|beige|brown|black|silver|navy blue|dark red|light blue|sky blue|olive""".replace("\n", "").split("|")
SCENES = """movie night|movie|bedtime|good night|good morning|party|dinner|reading|relax|romantic|work|away|vacation|sunset|
sunrise|cozy|focus|gaming|cleaning|breakfast|guests|TV time|bright|dim|night|evening|morning|wake up|coming home|leaving home|
Christmas|Halloween|birthday|rainy day|cooking|yoga|study time|homework|nap time|storm""".replace("\n", "").split("|")
ITEMS = """milk|bread|eggs|butter|cheese|tomatoes|water|rice|pasta|coffee|tea|sugar|salt|pepper|soap|shampoo|toothpaste|toilet paper|
paper towels|apples|bananas|oranges|lemons|potatoes|onions|garlic|carrots|lettuce|spinach|cucumbers|mushrooms|chicken|beef|
fish|salmon|tuna|shrimp|ham|bacon|sausages|yogurt|cream|ice cream|chocolate|cookies|cereal|oatmeal|flour|oil|olive oil|
vinegar|honey|jam|peanut butter|almonds|nuts|beans|lentils|chickpeas|corn|peas|broccoli|cauliflower|avocados|grapes|
strawberries|blueberries|pears|peaches|melon|pineapple|mango|juice|orange juice|beer|wine|soda|dog food|cat food|cat litter|
diapers|wipes|batteries|light bulbs|trash bags|dish soap|detergent|laundry detergent|sponges|napkins|foil|candles|
matches|pizza|tortillas|salsa|mustard|ketchup|mayonnaise|soy sauce|noodles|soup|crackers|chips|popcorn|cake|pie|
basil|parsley|cinnamon|vanilla|ginger|tofu|stamps|envelopes|pens|notebooks|tape|glue|screws|paint|flowers|medicine|
aspirin|vitamins|bandages|razors|deodorant|sunscreen|tissues|zucchini|celery|cabbage|pumpkin|radishes|beets|kiwis""".replace("\n", "").split("|")
TASKS = """call mom|call the dentist|pay the bills|water the plants|take out the trash|walk the dog|feed the cat|buy a present|
book a flight|fix the bike|clean the windows|mow the lawn|wash the car|send the letter|return the books|do the laundry|
iron the shirts|pick up the kids|change the filter|renew the passport|empty the dishwasher|vacuum the stairs|email the teacher""".replace("\n", "").split("|")
LISTS = "shopping list|grocery list|to-do list|to do list|list|packing list|wish list|chores list|Christmas list|hardware list|party list".split("|")
MUSIC = """jazz|rock|classical music|pop|blues|country music|hip hop|some music|music|reggae|electronic music|relaxing music|
my playlist|the news|a podcast|an audiobook|the radio|party music|workout music|my favorite songs|lullabies|ocean sounds|
rain sounds|white noise|Christmas songs|piano music|salsa|soul|folk music|heavy metal|opera|the next episode""".replace("\n", "").split("|")
NAMES = """Anna|Ben|Carlos|Daniel|Emma|Frank|Grace|Hannah|Ivan|Julia|Kate|Liam|Maria|Nora|Oliver|Paul|Quinn|Rosa|Sam|Tom|Victor|
Wendy|Zoe|Alex|Peter|Laura|Mike|Sophie|Lucas|Mia|David|Sarah|John|Lisa|George|Helen|Max|Clara|Henry|Ella""".replace("\n", "").split("|")
CITIES = """London|Paris|New York|Madrid|Berlin|Tokyo|Chicago|Rome|Boston|Sydney|Amsterdam|Vienna|Lisbon|Dublin|Seattle|Toronto|
Mexico City|Barcelona|Oslo|Denver|Miami|Dallas|Zurich|Prague|Athens|Cairo|Brussels|Munich|San Francisco|Los Angeles""".replace("\n", "").split("|")
DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday".split("|")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December".split("|")
SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen""".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def number(value: int) -> str:
    """0 to 199 in words."""
    if value < 20:
        return SMALL[value]
    if value < 100:
        return TENS[value // 10 - 2] + ("-" + SMALL[value % 10] if value % 10 else "")
    return "one hundred" + (" " + number(value - 100) if value > 100 else "")


def any_number(draw: random.Random) -> str:
    return number(draw.choice([draw.randrange(101), draw.randrange(1, 13), draw.choice(range(0, 101, 5))]))


def room(draw: random.Random) -> str:
    roll = draw.random()
    if roll < 0.9:
        return draw.choice(ROOMS)
    return draw.choice(english_words()) + " room" if roll < 0.95 else draw.choice(NAMES) + "'s room"


def item(draw: random.Random) -> str:
    return draw.choice(ITEMS) if draw.random() < 0.6 else draw.choice(english_words())


def clock_time(draw: random.Random) -> str:
    hour = number(draw.randrange(1, 13))
    form = draw.randrange(5)
    if form == 0:
        return f"{hour} o'clock"
    if form == 1:
        return draw.choice(["half past ", "quarter past ", "quarter to "]) + hour
    if form == 2:
        return f"{hour} {number(draw.randrange(10, 60))}"
    if form == 3:
        return hour + draw.choice([" in the morning", " in the evening", " in the afternoon", " at night"])
    return draw.choice([hour, "noon", "midnight", hour + " thirty", hour + " fifteen", hour + " forty-five"])


def duration(draw: random.Random) -> str:
    value, unit = draw.randrange(1, 100), draw.choice(["second", "minute", "hour", "minute", "minute"])
    if unit == "hour":
        value = draw.randrange(1, 25)
    text = f"{number(value)} {unit}{'' if value == 1 else 's'}"
    extra = draw.random()
    if extra < 0.08:
        return text + f" and {number(draw.randrange(2, 60))} seconds"
    if extra < 0.14:
        return draw.choice(["half an hour", "an hour and a half", "a minute", "an hour", "a quarter of an hour", "half a minute"])
    return text


def words(draw: random.Random) -> str:
    """A run of dictionary words: nothing but the sound tells what comes next."""
    return " ".join(draw.choice(english_words()) for _ in range(draw.randrange(1, 6)))


SLOTS = {
    "room": room, "light": LIGHTS, "device": DEVICES, "cover": COVERS, "lock": LOCKS, "color": COLORS, "scene": SCENES,
    "item": item, "task": TASKS, "list": LISTS, "music": MUSIC, "name": NAMES, "city": CITIES, "day": DAYS, "month": MONTHS,
    "n": any_number, "time": clock_time, "duration": duration, "words": words, "word": lambda draw: draw.choice(english_words()),
    "lamp": lambda draw: draw.choice(english_words()) + draw.choice([" light", " lamp", " fan", " switch", " plug"]),
    "please": ["please", "could you please", "can you", "could you", "would you", "I want you to", "hey", "okay", "now"],
    "onoff": ["on", "off"], "thing": lambda draw: draw.choice(draw.choice([LIGHTS, LIGHTS, DEVICES])),
}  # fmt: skip

TEMPLATES = """
[(please|can you|could you)] (turn|switch) {onoff} the {room} {thing}[ please]
turn {onoff} the {thing} in the {room}
turn the {room} {thing} {onoff}
[please] turn {onoff} the {thing}
turn {onoff} all [the] (lights|lamps|fans|switches) [in the {room}]
turn {onoff} the {lamp} [in the {room}]
turn {onoff} the {thing} and the {thing} in the {room}
turn {onoff} the {room} {thing} and the {room} {thing}
turn {onoff} the {room} {thing} and (open|close) the {room} {cover}
(lights|all lights|everything) {onoff}
{room} (lights|light|lamp|fan) {onoff}
(set|dim|change) the {room} (light|lights|lamp|{light}) to {n} percent
set the brightness of the {room} {light} to {n} percent
set [the] {room} brightness to {n} [percent]
(dim|brighten) the {light} in the {room} [to {n} percent]
(make|turn|set|change) the {room} (light|lights|lamp|{light}) [to] {color}
set the {light} in the {room} to {color} [and {n} percent]
make it (brighter|darker|warmer|cooler|a bit brighter|a little darker|{color}) [in the {room}]
(activate|start|turn on|set|run|launch) [the] {scene} (scene|mode|script|routine)
it's {scene}
(open|close) the {room} {cover}
(open|close|raise|lower|shut|stop) the {cover} [in the {room}]
(open|close|set) the {room} {cover} to {n} percent
(open|close) all [the] (blinds|curtains|shutters|windows) [in the {room}]
(lock|unlock) the {lock}
(lock|unlock) the {room} door
(is|was) the {lock} (locked|unlocked|open|closed)?
is the {room} {cover} (open|closed)?
is the {cover} in the {room} (open|closed)?
is the {room} (light|lamp|fan|{thing}) (on|off)?
(are|is) the {thing} in the {room} (on|off|running)?
are [there] any (lights|windows|doors) (on|open) in the {room}?
which (lights|doors|windows) are (on|open) [in the {room}]?
set the [{room}] temperature to {n} degrees
set the (thermostat|heating|air conditioning|{room} thermostat|heater) to {n} [degrees]
(raise|lower|increase|decrease) the temperature [in the {room}] by {n} degrees
turn the heat (up|down) [in the {room}]
(I'm|it's|it is) too (cold|hot|dark|bright|loud) [in the {room}] [in here]
what is the temperature [in the {room}]?
what's the temperature (outside|inside|in the {room})?
what is the humidity in the {room}?
how (warm|cold|hot|humid|bright) is it (outside|in the {room})?
set the {device} to {n} percent
(start|stop|pause|resume) the {device}
what is the state of the {room} {device}?
how much (power|energy|water) does the {device} use?
what's the battery level of [my|the] {device}?
play {music} [in the {room}]
play {music} on the {room} speaker
play {words} [by {name}]
(pause|stop|resume) [the] (music|movie|song|TV|playback|radio) [in the {room}]
(next|previous|skip this|repeat this) (song|track)
(skip|repeat) (the|this) (song|track|episode)
(set|turn|change) the volume to {n} [percent]
(turn|set) the (volume|TV|radio|music) (up|down) [in the {room}]
(volume|louder|quieter|mute|unmute) [please]
(volume up|volume down|mute the TV|unmute the {room} speaker)
what (song|track) is (this|playing)?
set a timer for {duration}
set a {duration} timer [for the {item}]
[please] start a timer for {duration} [called {word}]
set a {item} timer for {duration}
(cancel|pause|resume|stop) (the|my) [{duration}] timer
(cancel|stop) all timers
how much time is left [on (my|the) [{item}] timer]?
(add|remove) {duration} (to|from) (the|my) timer
wake me up at {time} [on {day}]
set an alarm for {time} [on {day}]
remind me to {task} (at {time}|tomorrow|on {day}|in {duration})
add {item} to (the|my) {list}
add {item} and {item} to (the|my) {list}
add {item}, {item} and {item} to (the|my) {list}
put {item} on (the|my) {list}
(remove|delete|take) {item} (from|off) (the|my) {list}
add {task} to my {list}
(what is|what's) on (the|my) {list}?
(check|cross) off {item}
(clear|empty) (the|my) {list}
(start|stop|pause) (the vacuum|the robot vacuum|vacuuming|cleaning) [in the {room}]
(vacuum|clean|mop|sweep) the {room} [and the {room}]
send the (vacuum|robot|mower) (home|to the dock|to the {room}|back to its base)
where is (the vacuum|the robot|{name}|my phone|the cat)?
is {name} (home|at home|at work|in the {room})?
what time is it [in {city}]?
what's the (time|date|day) [today]?
what day is (it|today|tomorrow|the {n} of {month})?
what's the weather [like] [in {city}] [today|tomorrow]?
(will it|is it going to) (rain|snow|be sunny|be windy|be cold) (today|tomorrow|tonight|on {day}|in {city})?
do I need (an umbrella|a jacket|sunscreen) (today|tomorrow)?
what's the forecast for ({day}|tomorrow|{city}|the weekend)?
when does the sun (set|rise) [today|tomorrow|on {day}]?
when is (sunset|sunrise|{day}|Christmas|Easter)?
how (many|much) {item} (do we have|are left|is left)?
(announce|broadcast|tell everyone) (dinner is ready|it's time to go|breakfast is ready|I'm home|{words})
(call|text|message) {name}
tell {name} [that] (I'm home|I'm late|dinner is ready|to come downstairs)
(good morning|good night|goodbye|hello|thank you|thanks|bye|good evening|I'm home|I'm leaving)
(yes|no|stop|cancel|okay|never mind|yes please|no thanks|no thank you|that's all|sure|correct|wait|help|go|continue|repeat|done)
(yes|no|stop|cancel|okay|never mind|start|pause|next|back|up|down|on|off|open|close|louder|quieter|brighter|darker)
(no|yes), {thing} {onoff}
{n} (percent|degrees|minutes|seconds|hours)
{n}
{n} {n} {n} [{n}]
{n}, {n}, {n}
the {room} {thing}
the {item} in the {room}
{words}
{words} {words}
{words}
{words}
{words} {words}
the {word} of the {word}
(arm|disarm) the alarm [system] [with code {n} {n}]
(arm|disarm) the house in (home|away|night) mode
who is at the (door|front door|gate)?
show [me] the {room} camera [on the TV]
(is|was) there (motion|movement|smoke|water) in the {room}?
(find|ring) my (phone|keys|watch|tablet)
(water|irrigate) the (garden|lawn|plants|roses) for {duration}
turn {onoff} the {thing} (in|after) {duration}
turn {onoff} the {room} {thing} at {time}
(turn|switch) {onoff} the {thing} for {duration}
(open|close) the {cover} at {time}
(flip|toggle) the {room} {thing}
{please} turn {onoff} the {room} {thing}
{please} (open|close) the {cover}
{please} set the {light} to {n} percent
hey, {please} play {music}
""".strip().splitlines()

POLITE = ("can", "could", "would", "will", "do", "does", "is", "are", "was", "what", "what's", "which", "who", "where", "when", "how")


def finish(text: str) -> str:
    """Requests that begin like a question end in a question mark."""
    text = text.strip()
    if text.split()[:1] and text.split()[0].lower().rstrip(",") in POLITE and not text.endswith("?"):
        text += "?"
    return sentence_case(text)


ENGLISH = Grammar(TEMPLATES, SLOTS, finish)
