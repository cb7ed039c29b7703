"""One year of a region's stays: who, where, when, with which codes and at what cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import NamedTuple

from drgcalc.base.money import from_units
from generator.plan import Comorbidity, Pattern, Plan, Span, World

TRIES = 5
LEAST_FEE = 15_000  # fen
SECOND_STAY = timedelta(days=4)


class Stay(NamedTuple):
    """One record, with the columns of drgcalc.base.columns.RECORDS that the examples fill."""

    settlement_id: str
    encounter_id: str
    person_id: str
    record_no: str
    hospital_id: str
    hospital_level: str
    pool: str
    insured_region: str
    sex: str | None
    birth_date: date
    age_years: int
    age_days: int | None
    birth_weight_g: int | None
    admission_weight_g: int | None
    admitted_on: date
    discharged_on: date
    settled_on: date
    los_days: int
    discharge_mode: str
    readmission_planned: str
    ventilator_hours: Decimal | None
    icu_hours: Decimal | None
    inpatient_type: str
    payment_method: str
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    total_fee: Decimal
    fund_booked: Decimal
    patient_paid: Decimal
    drug_fee: Decimal
    consumable_fee: Decimal
    treatment_fee: Decimal
    is_refund: bool


class Person(NamedTuple):
    """An invented insured person."""

    person_id: str
    sex: str
    born: date
    pool: str
    area: str


class Dates(NamedTuple):
    """When a stay began, ended and was settled."""

    admitted: date
    discharged: date
    settled: date


class Picture(NamedTuple):
    """The coded picture of a stay and what it does to its cost."""

    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    fee_factor: float
    severe: bool


class Ward:
    """Draws the stays of one region, year after year, from one stream of random numbers."""

    def __init__(self, plan: Plan, world: World) -> None:
        """Draw for `plan`; the state is the random numbers and the persons known so far."""
        self.plan = plan
        self.world = world
        self.random = Random(plan.seed)
        self.known: dict[tuple[str, str, int], list[Person]] = {}
        self.free_from: dict[str, date] = {}
        self.open: dict[tuple[str, date], tuple[list[Span], list[float]]] = {}
        self.persons = 0
        self.encounters = 0
        self.surgery = [pattern for pattern in world.patterns if pattern.procedures]
        self.weights = list(accumulate(pattern.weight for pattern in world.patterns))

    def year(self, year: int) -> list[Stay]:
        """All records settled in `year`, refunds too, in order of settlement, with their settlement ids."""
        drawn = self.random.choices(self.world.patterns, cum_weights=self.weights, k=self.plan.years[year].stays)
        planned = sorted(((self._dates(pattern, year), number) for number, pattern in enumerate(drawn)))
        stays = [stay for dates, number in planned for stay in self._stays(drawn[number], dates, year)]
        lines = [line for stay in stays for line in (stay, *self._refund(stay, year))]
        return self._numbered(year, lines)

    def _numbered(self, year: int, lines: Iterable[Stay]) -> list[Stay]:
        ordered = sorted(lines, key=lambda stay: (stay.settled_on, stay.hospital_id, stay.encounter_id))
        return [
            stay._replace(settlement_id=f"{self.plan.admin_code}{year}{number:010d}")
            for number, stay in enumerate(ordered, start=1)
        ]

    def _dates(self, pattern: Pattern, year: int) -> Dates:
        """A settlement in the year by the season of the disease; discharge and admission before it."""
        seasons = self.world.seasons
        season = seasons.get(pattern.diagnoses[0][0], seasons[""])
        month = self.random.choices(range(1, 13), weights=season)[0]
        first = date(year, month, 1)
        days = ((first + timedelta(days=32)).replace(day=1) - first).days
        settled = first + timedelta(days=self.random.randrange(days))
        lags, shares = zip(*self.world.habits["settle_days"], strict=True)
        discharged = settled - timedelta(days=self.random.choices(lags, weights=shares)[0])
        stay = max(1, round(pattern.mean_los * self.random.lognormvariate(-0.08, 0.4)))
        return Dates(discharged - timedelta(days=stay), discharged, settled)

    def _stays(self, pattern: Pattern, dates: Dates, year: int) -> list[Stay]:
        """The stay, and now and then a readmission of the same person to the same hospital."""
        person = self._person(pattern, dates.admitted)
        picture = self._picture(pattern, person, dates.admitted)
        span = self._hospital(pattern, picture, dates.settled)
        stays = [self._stay(pattern, picture, person, span, dates, year)]
        self.free_from[person.person_id] = dates.discharged
        if self.random.random() < self.world.habits["readmission"]:
            gap = timedelta(days=self.random.randint(*self.world.habits["readmission_days"]))
            home = dates.discharged + gap + SECOND_STAY
            again = Dates(dates.discharged + gap, home, dates.settled + gap + SECOND_STAY)
            if again.settled.year == year and (span.last is None or again.settled <= span.last):
                stays.append(self._stay(pattern, picture, person, span, again, year))
                self.free_from[person.person_id] = again.discharged
        return stays

    def _person(self, pattern: Pattern, admitted: date) -> Person:
        """Somebody known who fits, or somebody new."""
        sex = pattern.sex or self.random.choice("12")
        low, high = pattern.ages
        age = int(self.random.triangular(low, high + 1, low + 0.6 * (high + 1 - low)))
        if pattern.age_days is not None:
            born = admitted - timedelta(days=self.random.randint(*pattern.age_days))
        else:
            born = _birthday(admitted, age, self.random)
        pool = self._pool(age)
        if pattern.age_days is None and self.random.random() < self.world.habits["known_person"]:
            candidates = self.known.get((pool, sex, born.year // 10), [])
            for _ in range(TRIES if candidates else 0):
                found = self.random.choice(candidates)
                if low <= _age(found.born, admitted) <= high and self.free_from[found.person_id] < admitted:
                    return found
        self.persons += 1
        person_id = f"{self.plan.admin_code}P{self.persons:09d}"
        person = Person(person_id, sex, born, pool, self.random.choice(self.plan.areas))
        self.known.setdefault((pool, sex, born.year // 10), []).append(person)
        return person

    def _pool(self, age: int) -> str:
        pools = self.plan.pools
        if age < pools["working_from"]:
            return str(pools["other"])
        share = pools["retired"] if age >= pools["retired_from"] else pools["adult"]
        return str(pools["first"] if self.random.random() < share else pools["other"])

    def _picture(self, pattern: Pattern, person: Person, admitted: date) -> Picture:
        """The pattern's codes with the person's other diseases, and now and then coded in another way."""
        habits, draw = self.world.habits, self.random.random
        age, more = _age(person.born, admitted), list[Comorbidity]()
        for other in self.world.comorbidities if pattern.age_days is None else ():
            fits = other.ages[0] <= age <= other.ages[1] and other.sex in ("", person.sex)
            if fits and draw() < other.share and other.code[:3] not in {code[:3] for code in pattern.diagnoses}:
                more.append(other)
        factor = math.prod(other.fee_factor for other in more)
        diagnoses = (*pattern.diagnoses, *dict.fromkeys(other.code for other in more))
        procedures = pattern.procedures
        if procedures and draw() < habits["no_procedure"]:
            procedures, factor = (), factor * habits["no_procedure_fee"]
        if draw() < habits["other_procedure"]:
            procedures = self.random.choice(self.surgery).procedures
        elif draw() < habits["minor_procedure"]:
            procedures = (*procedures, self.random.choice(habits["minor_procedures"]))
        if draw() < habits["unusable_principal"]:
            diagnoses = (self.random.choice(habits["unusable_principals"]), *diagnoses)
        return Picture(diagnoses, procedures, factor, any(other.severe for other in more))

    def _hospital(self, pattern: Pattern, picture: Picture, day: date) -> Span:
        """A hospital in force on the day, of a level that treats the pattern; severe cases go up."""
        columns = {name: level.column for name, level in self.plan.levels.items()}
        top = max(columns, key=lambda name: self.plan.levels[name].fee_factor)
        shares = {name: pattern.levels[column] for name, column in columns.items()}
        if picture.severe and self.random.random() < self.world.habits["severe_to_tertiary"]:
            shares = {name: float(name == top) for name in columns}
        level = self.random.choices(list(shares), weights=list(shares.values()))[0]
        inside, volumes = self._open_at(level, day)
        return self.random.choices(inside, cum_weights=volumes)[0]

    def _open_at(self, level: str, day: date) -> tuple[list[Span], list[float]]:
        """The hospitals of a level that are in force on the day, and their volumes summed up."""
        if (level, day) not in self.open:
            inside = [span for span in self.plan.spans if span.level == level and span.first <= day]
            spans = [span for span in inside if span.last is None or day <= span.last]
            self.open[level, day] = (spans, list(accumulate(span.volume for span in spans)))
        return self.open[level, day]

    def _stay(self, pattern: Pattern, picture: Picture, person: Person, span: Span, dates: Dates, year: int) -> Stay:
        habits, draw = self.world.habits, self.random
        fee = self._fee(pattern, picture, span, year)
        booked = self._booked(fee, span.level, person.pool)
        age = _age(person.born, dates.admitted)
        surgery = bool(picture.procedures) and bool(pattern.procedures)
        parts = ("drugs", "consumables_of_surgery" if surgery else "consumables", "treatment")
        drugs, consumables, treatment = (from_units(int(fee * draw.uniform(*habits[part])), 2) for part in parts)
        weight = draw.randint(*pattern.weights_g) if pattern.weights_g else None
        self.encounters += 1
        return Stay(
            settlement_id="",
            encounter_id=f"J{year}{self.encounters:07d}",
            person_id=person.person_id,
            record_no=f"{person.person_id[-7:]}",
            hospital_id=span.hospital_id,
            hospital_level=span.level,
            pool=person.pool,
            insured_region=person.area,
            sex=person.sex,
            birth_date=person.born,
            age_years=age,
            age_days=(dates.admitted - person.born).days if age == 0 else None,
            birth_weight_g=weight,
            admission_weight_g=weight,
            admitted_on=dates.admitted,
            discharged_on=dates.discharged,
            settled_on=dates.settled,
            los_days=max(1, (dates.discharged - dates.admitted).days),
            discharge_mode=self._discharge_mode(picture, age),
            readmission_planned="2",
            ventilator_hours=self._hours(pattern.ventilator_hours if surgery else None, 1.0),
            icu_hours=self._hours((20, 240), pattern.icu_share + 0.3 * picture.severe),
            inpatient_type="1",
            payment_method=self.plan.payment_method,
            diagnoses=picture.diagnoses,
            procedures=picture.procedures,
            total_fee=from_units(fee, 2),
            fund_booked=from_units(booked, 2),
            patient_paid=from_units(fee - booked, 2),
            drug_fee=drugs,
            consumable_fee=consumables,
            treatment_fee=treatment,
            is_refund=False,
        )

    def _fee(self, pattern: Pattern, picture: Picture, span: Span, year: int) -> int:
        """The total cost in fen: log-normal about the pattern's mean, by level and hospital, with outliers."""
        habits, levels = self.world.habits, self.plan.levels
        usual = sum(pattern.levels[level.column] * level.fee_factor for level in levels.values())
        place = levels[span.level].fee_factor / usual * span.fee_factor
        noise = habits["severe_fee_noise"] if picture.severe else 1.0
        sigma = math.sqrt(math.log(1 + (0.8 * noise * pattern.variation) ** 2))
        drawn = self.random.lognormvariate(-sigma * sigma / 2, sigma)
        kind = self.random.random()
        if kind < habits["cheap"]:
            drawn = self.random.uniform(*habits["cheap_factor"])
        elif kind < habits["cheap"] + habits["dear"]:
            drawn = self.random.uniform(*habits["dear_factor"])
        mean = pattern.mean_fee * picture.fee_factor * place * self.plan.years[year].price
        return max(LEAST_FEE, round(100 * mean * drawn))

    def _booked(self, fee: int, level: str, pool: str) -> int:
        """What the fund pays at discharge, fen."""
        terms, noise = self.plan.levels[level], self.world.habits["fund_noise"]
        ratio = terms.fund_ratio[pool] + self.random.uniform(-noise, noise)
        return max(0, int((fee - 100 * terms.deductible) * ratio))

    def _discharge_mode(self, picture: Picture, age: int) -> str:
        habits = self.world.habits
        death = habits["death_severe"] if picture.severe else habits["death"]
        if self.random.random() < death * (1 + age / 80):
            return "5"
        modes: Mapping[str, float] = habits["discharge_modes"]
        return self.random.choices(list(modes), weights=list(modes.values()))[0]

    def _hours(self, hours: tuple[int, int] | None, share: float) -> Decimal | None:
        if hours is None or self.random.random() >= share:
            return None
        return from_units(self.random.randint(*hours) * 100, 2)

    def _refund(self, stay: Stay, year: int) -> Sequence[Stay]:
        """Now and then the line that reverses a stay, and mostly the line that bills it again."""
        habits = self.world.habits
        if self.random.random() >= habits["refund"]:
            return ()
        day = stay.settled_on + timedelta(days=self.random.randint(*habits["refund_days"]))
        if day.year != year:
            return ()
        reversal = negated(stay)._replace(settled_on=day)
        if self.random.random() >= habits["billed_again"]:
            return (reversal,)
        cut = min(stay.patient_paid, stay.treatment_fee)
        again = stay._replace(settled_on=day, total_fee=stay.total_fee - cut, patient_paid=stay.patient_paid - cut)
        return (reversal, again._replace(treatment_fee=stay.treatment_fee - cut))


def negated(stay: Stay) -> Stay:
    """The refund line of a stay: the same with negative amounts."""
    return stay._replace(
        total_fee=-stay.total_fee,
        fund_booked=-stay.fund_booked,
        patient_paid=-stay.patient_paid,
        drug_fee=-stay.drug_fee,
        consumable_fee=-stay.consumable_fee,
        treatment_fee=-stay.treatment_fee,
        is_refund=True,
    )


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _birthday(day: date, age: int, random: Random) -> date:
    """A birth date that makes somebody `age` on the day; below one year at least 30 days old."""
    return day - timedelta(days=int(age * 365.2425) + random.randint(30, 350))
