using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary><c>GET /v1/credentials</c> and <c>POST /v1/credentials/refresh</c> on the agent's socket, for users of the allow list.</summary>
internal sealed class SocketRoutes(LocalCredentialsOptions options, CredentialsApi credentials, AuditLog audit)
{
    public LocalRoute Get => new(HttpMethods.Get, CredentialsDoor.Path, RouteGuard.SocketOnly, context => CheckedAsync(context, credentials.GetAsync));

    public LocalRoute Refresh => new(HttpMethods.Post, CredentialsDoor.Path + "/refresh", RouteGuard.SocketOnly, context => CheckedAsync(context, credentials.RefreshAsync));

    private async Task CheckedAsync(HttpContext context, Func<HttpContext, LocalCaller, Task> handle)
    {
        var caller = PeerProcess.Of(context) ?? new LocalCaller(LocalCaller.Socket);
        try
        {
            Check(caller.User);
            await handle(context, caller).ConfigureAwait(false);
        }
        catch (RefusedException e)
        {
            audit.Refused(caller, e.Message);
            throw;
        }
    }

    private void Check(uint? user)
    {
        if (user is not { } id) throw new RefusedException(StatusCodes.Status403Forbidden, "the kernel does not tell which user asks");
        if (id == LocalUsers.Root || id == LocalUsers.Own || options.AllowedUsers.Contains(id)) return;
        throw new RefusedException(StatusCodes.Status403Forbidden, $"user {id} gets no credentials: add it to credentials.allowedUsers and restart the agent");
    }
}
