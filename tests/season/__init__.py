"""A season played through: sixty bodies, three offices, seven months, by the service's own clock."""
