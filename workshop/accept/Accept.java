import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

class Accept {
    static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    static String acceptValue(String key) throws Exception {
        byte[] text = (key + GUID).getBytes(StandardCharsets.US_ASCII);
        byte[] hash = MessageDigest.getInstance("SHA-1").digest(text);
        return Base64.getEncoder().encodeToString(hash);
    }

    public static void main(String[] args) throws Exception {
        System.out.println(acceptValue("dGhlIHNhbXBsZSBub25jZQ=="));
    }
}
