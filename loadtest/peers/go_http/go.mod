module rollcall/loadtest/peers/go_http

go 1.19
