module rollcall/loadtest/peers/go_sqlite

go 1.19
