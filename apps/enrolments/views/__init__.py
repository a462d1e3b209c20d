"""Pages of enrolments: joining and covers, groups, their rosters, the places they offer."""
