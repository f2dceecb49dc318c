"""What a Home Assistant knows: entities, areas and floors, and its answers about them."""
import dataclasses

Aliases = list[str | None]  # None stands for the entity's own name


@dataclasses.dataclass
class Entity:
    entity_id: str
    name: str | None  # the friendly name
    aliases: Aliases | None = dataclasses.field(default_factory=lambda: [None])  # None: it is not in the registry
    area: str | None = None
    exposed: bool = True
    hidden: bool = False
    disabled: bool = False  # it has no state
    category: int | None = None  # 0 configures the device, 1 diagnoses it

    def state(self) -> dict:
        named = {} if self.name is None else {"friendly_name": self.name}
        time = "2026-11-20T08:00:00.000000+00:00"
        return {
            "entity_id": self.entity_id, "state": "off", "attributes": {**named, "supported_features": 0},
            "last_changed": time, "last_reported": time, "last_updated": time,
            "context": {"id": "01JD4W3V9Z8Y7X6W5V4T3S2R1Q", "parent_id": None, "user_id": None}}

    def entry(self) -> dict:
        """The entry in the registry, as `get_entries` shows it."""
        return {
            "entity_id": self.entity_id, "id": self.entity_id.encode().hex()[:32], "unique_id": self.entity_id,
            "platform": "demo", "area_id": self.area, "device_id": None, "config_entry_id": None, "labels": [],
            "categories": {}, "name": None, "original_name": self.name, "next_name_part": None, "icon": None,
            "original_icon": None, "has_entity_name": False, "entity_category": (None, "config", "diagnostic")[
                0 if self.category is None else self.category + 1],
            "disabled_by": "user" if self.disabled else None, "hidden_by": "user" if self.hidden else None,
            "options": {"conversation": {"should_expose": self.exposed}}, "aliases": self.aliases,
            "device_class": None, "original_device_class": None, "capabilities": None, "translation_key": None,
            "created_at": 1763600000.0, "modified_at": 1763600000.0}

    def displayed(self) -> dict:
        """The entry as `list_for_display` shows it, which leaves out what is not set."""
        optional = {"ai": self.area, "ec": self.category, "hb": self.hidden or None, "en": self.name}
        return {
            "ei": self.entity_id, "pl": "demo", "lb": [],
            **{key: value for key, value in optional.items() if value is not None}}


@dataclasses.dataclass
class Place:
    """An area, or a floor."""
    id: str
    name: str
    aliases: list[str] = dataclasses.field(default_factory=list)
    floor: str | None = None  # of an area

    def area_entry(self) -> dict:
        return {
            "area_id": self.id, "name": self.name, "aliases": self.aliases, "floor_id": self.floor, "icon": None,
            "labels": [], "picture": None, "humidity_entity_id": None, "temperature_entity_id": None,
            "created_at": 1763600000.0, "modified_at": 1763600000.0}

    def floor_entry(self) -> dict:
        return {
            "floor_id": self.id, "name": self.name, "aliases": self.aliases, "level": 0, "icon": None,
            "created_at": 1763600000.0, "modified_at": 1763600000.0}


class Household:
    """A small home, in English and Spanish. A test changes the lists as it likes."""

    def __init__(self):
        self.entities = [
            Entity("light.kitchen_west", "Kitchen West", [None, "counter lights"], "kitchen"),
            Entity("light.salon", "Lámpara del salón", [None, "luz grande"], "salon"),
            Entity("light.heart", "Heart Light", ["Natalie Sparkly"], "bedroom"),  # its own name is not used
            Entity("light.nanoleaf", "Nanoleaf", ["hexágonos", None], "salon"),
            Entity("climate.ecobee", "Ecobee"),
            Entity("cover.trastero", "Persiana del trastero", area="trastero"),
            Entity("sensor.plantuary", "Plantuary", area="kitchen"),
            Entity("media_player.abuela", "Altavoz de la abuela Carmen", [None, "la música de Carmen"]),
            Entity("light.pasillo", "Luz vieja", area="salon", disabled=True),
            Entity("switch.heater", "Garage Heater", [None, "old heater"], exposed=False),
            Entity("sensor.ecobee_signal", "Ecobee Signal", exposed=False, category=1),
            Entity("number.ecobee_offset", "Ecobee Offset", exposed=False, category=0),
            Entity("switch.secret", "Secret Switch", exposed=False, hidden=True),
            Entity("sun.sun", "Sun", None, exposed=False),
        ]
        self.areas = [
            Place("kitchen", "Kitchen", ["Cocina"], "ground"), Place("salon", "Salón", [], "ground"),
            Place("bedroom", "Bedroom", ["Natalie's room", "dormitorio"], "attic"), Place("trastero", "Trastero"),
        ]
        self.floors = [Place("ground", "Ground Floor", ["planta baja"]), Place("attic", "Attic")]

    def names(self, is_admin: bool = True) -> list[str]:
        """The names that can be learned from this home."""
        if is_admin:
            aliases = [
                entity.name if alias is None and not entity.disabled else alias
                for entity in self.entities if entity.exposed for alias in entity.aliases or []]
        else:
            aliases = [
                entity.name for entity in self.entities
                if not (entity.aliases is None or entity.hidden or entity.disabled or entity.category is not None)]
        places = [name for place in self.areas + self.floors for name in (place.name, *place.aliases)]
        return [name for name in aliases if name is not None] + places

    def answer(self, command: str, message: dict):
        """The result of a command that reads."""
        match command:
            case "homeassistant/expose_entity/list":
                return {"exposed_entities": {
                    entity.entity_id: {"conversation": True} if entity.exposed else {"cloud.alexa": True}
                    for entity in self.entities}}
            case "get_states":
                return [entity.state() for entity in self.entities if not entity.disabled]
            case "config/entity_registry/get_entries":
                entries = {entity.entity_id: entity for entity in self.entities if entity.aliases is not None}
                return {id: entries[id].entry() if id in entries else None for id in message["entity_ids"]}
            case "config/entity_registry/list_for_display":
                return {
                    "entity_categories": {"0": "config", "1": "diagnostic"},
                    "entities": [
                        entity.displayed() for entity in self.entities
                        if entity.aliases is not None and not entity.disabled]}
            case "config/device_registry/list":
                return [{"id": "d0c5", "area_id": None, "name": "Ecobee", "name_by_user": None, "labels": []}]
            case "config/area_registry/list":
                return [area.area_entry() for area in self.areas]
            case "config/floor_registry/list":
                return [floor.floor_entry() for floor in self.floors]
        raise KeyError(command)
