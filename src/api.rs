//! Server functions: who asks, what for, then a use case of `gabarit_server`.
