using System.Net.Sockets;
using DeviceAgent.Credentials.Text;
using MQTTnet.Exceptions;
using MQTTnet.Packets;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>What MQTTnet's exceptions mean.</summary>
internal static class NetFailure
{
    /// <summary>MQTTnet wraps what a stream throws, and at times an aggregate of it.</summary>
    public static Exception RootOf(Exception e)
    {
        while (e is MqttCommunicationException or AggregateException && e.InnerException is { } inner) e = inner;
        return e;
    }

    /// <summary>The end that a failure of reading is.</summary>
    public static MqttDisconnected EndOf(Exception e) => RootOf(e) switch
    {
        MqttProtocolException broken => Broken(broken),
        IOException or SocketException or ObjectDisposedException or OperationCanceledException or MqttCommunicationException => Lost(e),
        // Whatever else comes out of the decoder comes from what it was given.
        var cause => Broken(MqttProtocolException.Malformed(PrintableText.Of(cause.Message))),
    };

    public static MqttDisconnected Broken(MqttProtocolException e) =>
        new(MqttDisconnectReason.ProtocolError, e.Message) { ReasonCode = e.ReasonCode, Exception = e };

    public static MqttDisconnected Lost(Exception cause) =>
        new(MqttDisconnectReason.ConnectionLost, $"The connection broke: {PrintableText.Of(RootOf(cause).Message)}") { Exception = cause };

    public static MqttDisconnected ServerSaid(MqttDisconnectPacket end)
    {
        var code = (MqttReasonCode)(int)end.ReasonCode;
        if (code == MqttReasonCode.SessionTakenOver)
            return new MqttDisconnected(MqttDisconnectReason.SessionTakenOver, "Another client has connected with the same client id, which one at a time may use: check whether two devices or programs have it.") { ReasonCode = code };
        var words = end.ReasonString is { } said ? $": {PrintableText.Of(said)}" : "";
        return new MqttDisconnected(MqttDisconnectReason.ServerDisconnected, $"The server said {code} (0x{(int)code:X2}){words}.") { ReasonCode = code };
    }
}
