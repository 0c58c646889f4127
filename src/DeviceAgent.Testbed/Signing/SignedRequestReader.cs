using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Signing;

/// <summary>What stands at the door of a REST-JSON or Query service: takes the request in, checks who signed it, turns others away.</summary>
internal sealed class SignedRequestReader(SigV4Verifier verifier, SignedDoor door, TimeProvider time)
{
    public const int MaxBodyBytes = 1024 * 1024;

    /// <summary>The request and its caller; null when it was refused, and then the answer is already written.</summary>
    public async Task<SignedRequest?> ReadAsync(HttpContext context)
    {
        var requestId = Guid.NewGuid().ToString();
        context.Response.Headers["x-amzn-RequestId"] = requestId;
        context.Response.Headers.Date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);

        if (await BoundedBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted) is not { } body)
        {
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "RequestEntityTooLargeException", "RequestEntityTooLarge",
                $"The request body is larger than {MaxBodyBytes} bytes", requestId);
            return null;
        }

        var result = verifier.Verify(RawRequest.From(context, body), door.ServiceNames);
        if (result.IsGood) return new SignedRequest(result.Caller, body, requestId);

        await RefuseAsync(context, StatusCodes.Status403Forbidden, result.Failure.Type, result.Failure.QueryCode, result.Failure.Message, requestId);
        return null;
    }

    private Task RefuseAsync(HttpContext context, int status, string type, string code, string message, string requestId) => door.Protocol switch
    {
        DoorProtocol.Query => ErrorEnvelope.WriteQueryAsync(context, door.XmlNamespace, status, code, message, requestId),
        _ => ErrorEnvelope.WriteRestJsonAsync(context, status, type, message),
    };
}
