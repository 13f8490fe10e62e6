const socket = new WebSocket("wss://chat.example.com/");
socket.send("hello");
