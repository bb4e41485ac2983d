"""Say clocks, touches and handoffs in the few words that rows, panels and strips have room for."""
