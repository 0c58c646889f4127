using System.Text.Json;

namespace DeviceAgent.Control.Cloud;

/// <summary>What came of a request to one of AWS IoT's services over MQTT.</summary>
internal abstract record TopicAnswer
{
    private TopicAnswer()
    {
    }

    /// <summary>The service did it.</summary>
    public sealed record Accepted(JsonElement Payload) : TopicAnswer;

    /// <summary>The service refused.</summary>
    /// <param name="Code">Its code: a number (shadow, provisioning) or a name (jobs).</param>
    /// <param name="Message">Its words.</param>
    /// <param name="Payload">All of the answer.</param>
    public sealed record Rejected(string Code, string Message, JsonElement Payload) : TopicAnswer;

    /// <summary>There is no answer. Whether the request was carried out is not known, unless <paramref name="Reason"/> says so.</summary>
    public sealed record Missing(MissingAnswer Reason, string Message) : TopicAnswer;
}
