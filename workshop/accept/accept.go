package main

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
)

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

func acceptValue(key string) string {
	sum := sha1.Sum([]byte(key + guid))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func main() {
	fmt.Println(acceptValue("dGhlIHNhbXBsZSBub25jZQ=="))
}
