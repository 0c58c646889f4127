namespace DeviceAgent.Mqtt;

/// <summary>No connection came about.</summary>
public sealed class MqttConnectException : MqttException
{
    internal MqttConnectException(MqttConnectFailure failure, string message, string remedy, Exception? innerException = null)
        : base($"{message} {remedy}", innerException)
    {
        Failure = failure;
        Remedy = remedy;
    }

    /// <summary>What kind of failure.</summary>
    public MqttConnectFailure Failure { get; }

    /// <summary>The CONNACK's verdict, if that far; the return codes of 3.1.1 in the words of 5.</summary>
    public MqttReasonCode? ReasonCode { get; internal init; }

    /// <summary>The CONNACK return code of 3.1.1 as sent.</summary>
    public byte? ReturnCode { get; internal init; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }
}
