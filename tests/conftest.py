"""What all tests share: a property says what holds, not how fast; a busy machine fails none."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("drgcalc", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("drgcalc")
