"""Payment methods that a city runs beside points. Each is one module; `registry` names them."""
