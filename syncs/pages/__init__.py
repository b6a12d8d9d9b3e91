"""The desk's pages that are not of one model: fetch, call one service, answer."""
