"""Our decisions beside Envoy's: policies, their two translations, requests, differences."""
