"""Spanish commands as Home Assistant users speak them, in Spain and in Latin America."""
import random
import re

from .dictionary import spanish_words
from .templates import Grammar, sentence_case


def words_of(text: str) -> list[str]:
    return [word.strip() for word in text.replace("\n", " ").split("|")]


# Nouns carry their article: gender and number are right wherever they are put.
ROOMS = words_of("""la cocina|el comedor|el salón|la sala|la sala de estar|el dormitorio|la habitación|el baño|el cuarto de baño|
el pasillo|la oficina|el despacho|el garaje|el ático|el sótano|la terraza|el balcón|el jardín|el patio|la entrada|el recibidor|
la escalera|las escaleras|el cuarto de los niños|el cuarto de invitados|la habitación de invitados|el dormitorio principal|
la recámara|la lavandería|el lavadero|la despensa|el trastero|el porche|la piscina|la bodega|el taller|el estudio|
la biblioteca|el gimnasio|el vestidor|el armario|la galería|el aseo|la buhardilla|el desván|el invernadero|la planta baja|
la planta de arriba|el primer piso|el segundo piso|el cuarto de juegos|la sala de juegos|la habitación de los niños|
el cuarto de la plancha|el vestíbulo|la cochera|la azotea|la zona de trabajo|el cobertizo|el rellano|la habitación pequeña""")
LIGHTS = words_of("""la luz|las luces|la lámpara|la lámpara de pie|la lámpara de mesa|la luz de noche|la tira de luces|la tira led|
el foco|los focos|la bombilla|el plafón|la luz del techo|la luz principal|la lamparita|el flexo|el aplique|las guirnaldas|
la luz del espejo|la luz de lectura|el árbol de Navidad|el farol|los apliques|la araña""")
DEVICES = words_of("""el ventilador|la calefacción|el radiador|el aire acondicionado|el humidificador|el deshumidificador|
el purificador de aire|la televisión|la tele|el televisor|la radio|el altavoz|los altavoces|la barra de sonido|el proyector|
la cafetera|el hervidor|la tostadora|el horno|la cocina eléctrica|el microondas|el lavavajillas|la lavadora|la secadora|
la nevera|el frigorífico|el congelador|el ordenador|la computadora|el monitor|la impresora|el router|la cámara|el timbre|
el riego|los aspersores|la bomba|la fuente|la caldera|el calentador|el termo|la manta eléctrica|el toallero|la plancha|
la aspiradora|el robot aspirador|el cortacésped|el enchufe|el interruptor|el cargador|la alarma|la sirena|el termostato|
el extractor|la campana|la chimenea|el acuario|la pecera|la consola|la estufa|el equipo de música|la pantalla|la bocina""")
COVERS = words_of("""la persiana|las persianas|la cortina|las cortinas|el toldo|el estor|los estores|la ventana|las ventanas|la puerta|
la contraventana|la claraboya|el portón|la verja|la válvula|la reja""")
LOCKS = words_of("""la puerta|la puerta principal|la puerta de entrada|la puerta de atrás|la puerta del garaje|la puerta del jardín|
la cerradura|el portal|la verja|el portón|la puerta trasera|la caja fuerte|la puerta del sótano""")
COLORS = words_of("""rojo|azul|verde|amarillo|naranja|morado|rosa|blanco|blanco cálido|blanco frío|turquesa|cian|magenta|violeta|
dorado|lila|lavanda|coral|salmón|ámbar|carmesí|beige|marrón|plateado|azul marino|rojo oscuro|azul claro|azul cielo|celeste|granate""")
SCENES = words_of("""noche de cine|cine|buenas noches|buenos días|fiesta|cena|lectura|relax|relajación|trabajo|vacaciones|atardecer|
amanecer|concentración|juego|limpieza|desayuno|invitados|película|noche|día|mañana|tarde|despertar|llegada|salida|Navidad|
cumpleaños|romántica|estudio|siesta|lluvia|ausente|casa|verano|invierno""")
ITEMS = words_of("""leche|pan|huevos|mantequilla|queso|tomates|agua|arroz|pasta|café|té|azúcar|sal|pimienta|jabón|champú|pasta de dientes|
papel higiénico|papel de cocina|manzanas|plátanos|naranjas|limones|patatas|papas|cebollas|ajo|zanahorias|lechuga|espinacas|
pepinos|champiñones|pollo|carne|pescado|salmón|atún|gambas|jamón|tocino|salchichas|yogur|nata|helado|chocolate|galletas|
cereales|avena|harina|aceite|aceite de oliva|vinagre|miel|mermelada|almendras|nueces|alubias|frijoles|lentejas|garbanzos|maíz|
guisantes|brócoli|coliflor|aguacates|uvas|fresas|arándanos|peras|melocotones|melón|sandía|piña|mango|zumo|zumo de naranja|
jugo|cerveza|vino|refrescos|comida para el perro|comida para el gato|arena para el gato|pañales|toallitas|pilas|bombillas|
bolsas de basura|lavavajillas|detergente|suavizante|estropajos|servilletas|papel de aluminio|velas|cerillas|pizza|tortillas|
salsa|mostaza|kétchup|mayonesa|salsa de soja|fideos|sopa|palomitas|tarta|albahaca|perejil|canela|vainilla|jengibre|tofu|
sellos|sobres|bolígrafos|cuadernos|cinta|pegamento|tornillos|pintura|flores|medicinas|aspirinas|vitaminas|tiritas|
desodorante|pañuelos|calabacín|apio|repollo|calabaza|remolacha|kiwis|chorizo|aceitunas|pimientos|berenjenas|cilantro""")
TASKS = words_of("""llamar a mamá|llamar al dentista|pagar las facturas|regar las plantas|sacar la basura|pasear al perro|dar de comer al gato|
comprar un regalo|reservar el vuelo|arreglar la bici|limpiar las ventanas|cortar el césped|lavar el coche|enviar la carta|
devolver los libros|poner la lavadora|planchar las camisas|recoger a los niños|cambiar el filtro|renovar el pasaporte|
vaciar el lavavajillas|tomar la pastilla|preparar la comida""")
LISTS = words_of("""la lista de la compra|la lista de la compra|la lista de compras|la lista|mi lista|la lista de tareas|la lista de deseos|
la lista del supermercado|la lista de la ferretería|mi lista de tareas|la lista de Navidad""")
MUSIC = words_of("""jazz|rock|música clásica|pop|blues|música|un poco de música|reggae|música electrónica|música relajante|mi lista|las noticias|
un pódcast|un audiolibro|la radio|música de fiesta|mis canciones favoritas|canciones de cuna|sonidos del mar|sonidos de lluvia|
ruido blanco|villancicos|música de piano|salsa|flamenco|boleros|cumbia|ópera|el siguiente episodio|rancheras|bachata""")
NAMES = words_of("""Ana|Carlos|María|José|Lucía|Pablo|Laura|Javier|Marta|Daniel|Elena|Diego|Sofía|Miguel|Carmen|Antonio|Isabel|Andrés|
Paula|Manuel|Rosa|Jorge|Clara|Luis|Teresa|Pedro|Julia|Ramón|Sara|Alejandro|Irene|Hugo|Alba|Raúl|Nuria|Tomás|Beatriz|Álvaro""")
CITIES = words_of("""Madrid|Barcelona|Sevilla|Valencia|Bilbao|Lima|Bogotá|Quito|México|Buenos Aires|Santiago|Montevideo|Caracas|La Habana|
París|Londres|Roma|Berlín|Nueva York|Lisboa|Málaga|Zaragoza|Granada|Toledo|Guadalajara|Medellín|Cuenca|Tokio|Viena""")
DAYS = "lunes martes miércoles jueves viernes sábado domingo".split()
MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
SMALL = """cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete
dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho
veintinueve""".split()
TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()


def number(value: int) -> str:
    """0 to 199 in words."""
    if value < 30:
        return SMALL[value]
    if value < 100:
        return TENS[value // 10 - 3] + (" y " + SMALL[value % 10] if value % 10 else "")
    return "cien" if value == 100 else "ciento " + number(value - 100)


def counted(value: int, feminine: bool = False) -> str:
    """A number before a noun: un minuto, una hora, veintiún segundos."""
    text = number(value)
    if text.endswith("veintiuno"):
        return "veintiuna" if feminine else "veintiún"
    return re.sub(r"\buno$", "una" if feminine else "un", text)


def any_number(draw: random.Random) -> str:
    return number(draw.choice([draw.randrange(101), draw.randrange(1, 13), draw.choice(range(0, 101, 5))]))


def degrees(draw: random.Random) -> str:
    value = draw.randrange(1, 41)
    return counted(value) + (" grado" if value == 1 else " grados") + draw.choice(["", "", "", " y medio"])


def room(draw: random.Random) -> str:
    roll = draw.random()
    if roll < 0.9:
        return draw.choice(ROOMS)
    return "el cuarto de " + draw.choice(NAMES) if roll < 0.95 else "la habitación de " + draw.choice(NAMES)


def item(draw: random.Random) -> str:
    return draw.choice(ITEMS) if draw.random() < 0.6 else draw.choice(spanish_words())


def clock_time(draw: random.Random) -> str:
    hour = draw.randrange(1, 13)
    text = "la una" if hour == 1 else "las " + number(hour)
    form = draw.randrange(4)
    if form == 0:
        return text
    if form == 1:
        return text + draw.choice([" y media", " y cuarto", " menos cuarto", " en punto", " y diez", " y veinte", " menos cinco"])
    if form == 2:
        return text + " y " + number(draw.randrange(2, 60))
    return text + draw.choice([" de la mañana", " de la tarde", " de la noche"])


def duration(draw: random.Random) -> str:
    value, unit = draw.randrange(1, 100), draw.choice(["segundo", "minuto", "hora", "minuto", "minuto"])
    if unit == "hora":
        value = draw.randrange(1, 25)
    text = f"{counted(value, unit == 'hora')} {unit}{'' if value == 1 else 's'}"
    extra = draw.random()
    if extra < 0.08:
        return text + f" y {counted(draw.randrange(2, 60))} segundos"
    if extra < 0.14:
        return draw.choice(["media hora", "una hora y media", "un minuto y medio", "un cuarto de hora", "medio minuto", "tres cuartos de hora"])
    return text


def words(draw: random.Random) -> str:
    """A run of dictionary words: nothing but the sound tells what comes next."""
    return " ".join(draw.choice(spanish_words()) for _ in range(draw.randrange(1, 6)))


def lamp(draw: random.Random) -> str:
    return draw.choice(["la luz de ", "la lámpara de ", "el ventilador de ", "el enchufe de "]) + draw.choice(
        [draw.choice(NAMES), draw.choice(spanish_words())]
    )


SLOTS = {
    "room": room, "light": LIGHTS, "device": DEVICES, "cover": COVERS, "lock": LOCKS, "color": COLORS, "scene": SCENES,
    "item": item, "task": TASKS, "list": LISTS, "music": MUSIC, "name": NAMES, "city": CITIES, "day": DAYS, "month": MONTHS,
    "n": any_number, "degrees": degrees, "time": clock_time, "duration": duration, "words": words, "lamp": lamp,
    "word": lambda draw: draw.choice(spanish_words()), "thing": lambda draw: draw.choice(draw.choice([LIGHTS, LIGHTS, DEVICES])),
    "on": ["enciende", "enciende", "prende", "pon", "encienda", "prenda", "activa", "conecta", "enciéndeme"],
    "off": ["apaga", "apaga", "apague", "desactiva", "desconecta", "quita", "apágame"],
    "switch": ["enciende", "apaga", "prende", "apaga", "enciende", "encienda", "apague"],
    "to_switch": ["encender", "apagar", "prender"],
    "open": ["abre", "cierra", "sube", "baja", "abra", "cierre", "suba", "baje"],
    "please": ["por favor", "puedes", "podrías", "quiero", "me puedes", "oye", "oye, por favor"],
}  # fmt: skip

TEMPLATES = """
{switch} {thing} de {room}[, por favor]
{on} {thing} de {room}
{off} {thing} de {room}
{switch} {thing}
[por favor,] {switch} {thing} [en {room}]
{switch} todas las (luces|lámparas|persianas) [de {room}]
{switch} {thing} de {room} y {thing} de {room}
{switch} {light} de {room} y la de {room}
{off} {light} de {room} y {light} de {room}
{off} la luz de {room} y la de {room}
{on} la luz de {room} y la de {room}
{switch} {thing} y {thing} de {room}
{switch} {thing} de {room} y {open} {cover} de {room}
{switch} {lamp} [de {room}]
{switch} (todo|todas las luces|las luces|los ventiladores)
pon {light} de {room} al {n} por ciento
pon {light} de {room} a {n}
(baja|sube|pon) el brillo de {room} al {n} por ciento
(ajusta|cambia|pon|baja|sube) el brillo de {light} de {room} [al {n} por ciento]
(atenúa|regula) {light} de {room} [al {n} por ciento]
(pon|cambia|ponme) {light} de {room} (en|de color|a) {color}
(más|menos) (luz|brillo|volumen) [en {room}]
(activa|pon|inicia|ejecuta|lanza) (la escena|el modo|la escena de|la rutina) {scene}
modo {scene}
{open} {cover} de {room}
{open} {cover} [en {room}]
{open} {cover} de {room} al {n} por ciento
{open} todas las (persianas|cortinas|ventanas) [de {room}]
(cierra|abre|bloquea|desbloquea) {lock} [con llave]
(echa el cerrojo a|cierra con llave) {lock}
¿está (abierta|cerrada|bloqueada) {lock}?
¿está (abierta|cerrada) la (puerta|ventana|persiana) de {room}?
¿(está|sigue) (encendida|apagada) la (luz|lámpara|tele|calefacción) de {room}?
¿(está|sigue) (encendido|apagado) el (ventilador|horno|riego|radiador) de {room}?
¿hay alguna (luz|ventana|puerta) (encendida|abierta|apagada) [en {room}]?
¿qué (luces|ventanas|puertas) están (encendidas|abiertas)?
pon la (temperatura|calefacción) [de {room}] a {degrees}
(ajusta|pon|sube|baja) (el termostato|el aire acondicionado|la temperatura|la calefacción) a {degrees}
(sube|baja) la temperatura [de {room}] (un grado|dos grados|{degrees})
(sube|baja) (la calefacción|el aire) [en {room}]
(tengo frío|tengo calor|hace frío|hace calor|hace mucho calor|no veo nada|está muy oscuro) [en {room}]
¿qué temperatura hace [en {room}]?
¿cuál es la (temperatura|humedad) (de {room}|en {room}|exterior|interior)?
¿cuántos grados hace (fuera|dentro|en {room})?
¿hace (frío|calor|viento) (fuera|en {room}|en {city})?
pon {device} al {n} por ciento
(para|inicia|pausa|detén) {device}
¿en qué estado está {device} de {room}?
¿cuánta (energía|agua|electricidad) gasta {device}?
¿cuánta batería le queda a {device}?
pon {music} [en {room}]
pon {music} en el altavoz de {room}
(reproduce|quiero escuchar|ponme) {music} [en {room}]
pon {words} [de {name}]
(pausa|para|detén|continúa|reanuda|quita) (la música|la película|la canción|la tele|la radio) [en {room}]
(siguiente|anterior) (canción|pista|episodio)
(siguiente|anterior|salta esta canción|repite la canción|pasa la canción)
pon el volumen (al {n} por ciento|a {n}|al máximo|al mínimo)
(sube|baja) (el volumen|la radio|la música|la tele|el sonido) [de {room}]
(sube|baja) el volumen [un poco|al {n} por ciento]
(silencia|quita el sonido a) (la tele|el altavoz|la radio)
¿qué (canción|música) (es esta|está sonando|suena)?
pon un temporizador de {duration}
(pon|crea|inicia|empieza) un temporizador (de|para) {duration} [para {item}]
[por favor,] pon un temporizador de {duration}
(cancela|para|pausa|reanuda|detén) el temporizador [de {duration}]
cancela todos los temporizadores
¿cuánto (queda|falta|tiempo queda) [en el temporizador]?
(añade|quita|suma) {duration} al temporizador
despiértame a {time} [el {day}]
pon una alarma (a|para) {time} [el {day}]
(recuérdame|acuérdame) {task} (a {time}|mañana|el {day}|en {duration})
(añade|agrega|apunta|pon|anota) {item} (a|en) {list}
(añade|agrega|apunta) {item} y {item} a {list}
(añade|agrega) {item}, {item} y {item} a {list}
(quita|borra|elimina|tacha) {item} de {list}
(añade|apunta) {task} a {list}
¿qué hay en {list}?
(vacía|borra|limpia|lee) {list}
(inicia|para|pausa|pon) (la aspiradora|el robot|el robot aspirador) [en {room}]
(aspira|limpia|barre|friega) {room} [y {room}]
(manda|envía) (el robot|la aspiradora) (a la base|a {room}|a casa|a cargar)
¿dónde está (la aspiradora|el robot|{name}|mi móvil|el gato|mi teléfono)?
¿está {name} (en casa|en el trabajo|en {room})?
¿qué hora es [en {city}]?
¿qué (día|fecha) es (hoy|mañana)?
¿a qué día estamos [hoy]?
¿qué día es el {n} de {month}?
el {n} de {month}
¿qué tiempo (hace|hará) [en {city}] [hoy|mañana]?
¿va a (llover|nevar|hacer sol|hacer viento|hacer frío) (hoy|mañana|esta tarde|esta noche|el {day}|en {city})?
¿(lloverá|nevará) (hoy|mañana|el {day}|en {city})?
¿necesito (un paraguas|un abrigo|chaqueta) (hoy|mañana)?
¿cuál es el pronóstico para (mañana|el {day}|el fin de semana|{city})?
¿a qué hora (sale|se pone) el sol [hoy|mañana|el {day}]?
¿cuándo es (Navidad|mi cumpleaños|el {day}|la cena)?
¿(cuánto|cuánta|cuántos|cuántas) {item} (hay|queda|quedan)?
(anuncia|di|avisa a todos) que (la cena está lista|ya es hora|estoy en casa|nos vamos)
(llama|avisa) a {name}
dile a {name} que (ya llego|llego tarde|baje|la cena está lista|venga a {room})
(buenos días|buenas noches|buenas tardes|adiós|hola|gracias|muchas gracias|hasta luego|ya estoy en casa|me voy)
(sí|no|para|cancela|vale|de acuerdo|olvídalo|sí, por favor|no, gracias|eso es todo|claro|correcto|espera|ayuda|sigue|repite|basta|listo)
(sí|no|para|cancela|vale|olvídalo|alto|más|menos|sube|baja|abre|cierra|enciende|apaga|siguiente|anterior|stop|bien)
(no|sí), {switch} {thing}
{n} (por ciento|minutos|segundos|horas|grados)
{n}
{n} {n} {n} [{n}]
{n}, {n}, {n}
{thing} de {room}
{item} en {room}
{words}
{words} {words}
{words}
{words}
{words} {words}
el {word} de {word}
(activa|desactiva|arma|desarma) la alarma [con el código {n} {n}]
¿quién (está|hay) en la puerta?
(muestra|enseña|muéstrame) la cámara de {room} [en la tele]
¿hay (movimiento|humo|agua|alguien) en {room}?
(encuentra|busca|haz sonar) mi (móvil|teléfono|tableta)
riega (el jardín|el césped|las plantas|las rosas) durante {duration}
{switch} {thing} (en|dentro de) {duration}
{switch} {thing} de {room} a {time}
{switch} {thing} durante {duration}
{open} {cover} a {time}
¿(puedes|podrías|me puedes) {to_switch} {thing} [de {room}] [por favor]?
¿(puedes|podrías|me puedes) (abrir|cerrar|subir|bajar) {cover} [de {room}]?
(quiero|necesito) (que enciendas|que apagues) {thing} de {room}
(oye|oye,|por favor,) {switch} {thing} de {room}
por favor {open} {cover}
oye, pon {music}
""".strip().splitlines()


def finish(text: str) -> str:
    """Contracts "de el" and "a el", then writes it as a sentence."""
    text = re.sub(r"\bde el\b", "del", re.sub(r"\ba el\b", "al", text))
    return sentence_case(text.replace(" ?", "?").replace("¿ ", "¿"))


SPANISH = Grammar(TEMPLATES, SLOTS, finish)
