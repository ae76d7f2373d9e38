"""Rules that watch suppressions, Waivers and baselines; `meshc.policy` finds what they name."""
