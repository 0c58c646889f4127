using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Shadow;

/// <summary>
/// The shadows over MQTT. <c>accepted</c> and <c>rejected</c> are ordinary topics here, for every subscriber (AWS's guide asks devices to
/// subscribe to them before they ask; rules and other clients see them), unlike the answers of jobs. A change that came over HTTP is told
/// on the same topics; a refusal over HTTP is not.
/// </summary>
internal sealed class ShadowTopics : ITopicService
{
    private readonly ShadowService _shadows;
    private readonly IMessageBus _bus;
    private readonly TimeProvider _time;

    public ShadowTopics(ShadowService shadows, IMessageBus bus, TimeProvider time)
    {
        (_shadows, _bus, _time) = (shadows, bus, time);
        shadows.Changed += Tell;
    }

    public bool TryHandle(TopicRequest request)
    {
        if (ShadowKey.OfTopic(request.Topic) is not var (key, action)) return false;
        var payload = request.Payload.Span;
        try
        {
            switch (action)
            {
                case "get":
                    Publish($"{key.Topic}/get/accepted", _shadows.Get(key, ShadowPayload.TokenOf(payload)));
                    break;
                case "update":
                    _shadows.Update(key, payload);
                    break;
                default:
                    _shadows.Delete(key, ShadowPayload.TokenOrNull(payload));
                    break;
            }
        }
        catch (ShadowException e)
        {
            Publish($"{key.Topic}/{action}/rejected", ShadowDocuments.Rejected(e, _time.GetUtcNow().ToUnixTimeSeconds(), ShadowPayload.TokenOrNull(payload)));
        }

        return true;
    }

    private void Tell(ShadowChange change)
    {
        Publish($"{change.Key.Topic}/{change.Action}/accepted", change.Accepted);
        if (change.Delta is not null) Publish($"{change.Key.Topic}/update/delta", change.Delta);
        if (change.Documents is not null) Publish($"{change.Key.Topic}/update/documents", change.Documents);
    }

    private void Publish(string topic, JsonObject document) => _bus.Publish(topic, JsonBytes.Of(document));
}
