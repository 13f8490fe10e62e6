using System;
using System.Security.Cryptography;
using System.Text;

class Accept
{
    const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    static string AcceptValue(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));

    static void Main() => Console.WriteLine(AcceptValue("dGhlIHNhbXBsZSBub25jZQ=="));
}
